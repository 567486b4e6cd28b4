/** `parlance ledger prove`: the proof of an exchange that others can check without the ledger. */
import { nodePlatform } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { exitCode, UsageError, type Command } from "#cli/command.ts";
import { endWith, ledgerFolders, ledgerOptions } from "#cli/ledger-folder.ts";
import { complain, print, printJson } from "#cli/print.ts";

export const ledgerProve: Command = {
  name: "ledger prove",
  summary: "Proves that an exchange is on record, in a text that stands alone.",
  description: [
    "The proof is a C2SP tlog-proof: the entry (as its extra data), the way from its hash to the " +
      "root, and the checkpoint that is signed for the root. To check it one needs the verifier " +
      "key and nothing else; the entry's form is described in docs/reference/ledger-entries.md.",
  ],
  positionals: [
    {
      name: "EXCHANGE",
      description: "Id of the exchange (`Parlance-Exchange`), or the index of an entry.",
      isRequired: true,
    },
  ],
  options: {
    ...ledgerOptions,
    out: { value: "FILE", description: "A file that must not exist yet, instead of the output." },
  },
  examples: [
    "parlance ledger prove 0199f3a2-7c1b-7d4e-9a55-0c7e6f1b2a3d --out exchange.tlog-proof",
    "parlance ledger prove 1234",
  ],
  exitCodes: {
    findings: "there is no such entry, or it was dropped, or the ledger is damaged",
    refused: "no checkpoint covers the entry yet, or a file cannot be read or written",
  },
  async run(input) {
    const what = entryOf(input.positionals[0] ?? "");
    const folders = await ledgerFolders(input);
    if (typeof folders === "number") return folders;
    const { proveFromLedger } = await import("#app/ledger/export-ledger.ts");
    const proof = await proveFromLedger(folders.path, what);
    if (isProblem(proof)) return endWith(input, proof);
    const out = input.text("out");
    if (out === undefined) {
      if (input.json) printJson({ proof: proof.toString("utf8") });
      else print(proof.toString("utf8"));
      return exitCode.fine;
    }
    try {
      nodePlatform.files.writeNew(out, proof.toString("utf8"));
    } catch (error) {
      const message = `cannot write ${out}: ${(error as Error).message}`;
      if (input.json) printJson({ error: { code: "not-written", message } });
      else complain(`parlance ledger prove: ${message}`);
      return exitCode.refused;
    }
    if (input.json) printJson({ file: out });
    else print(`wrote ${out}`);
    return exitCode.fine;
  },
};

function entryOf(text: string): string | number {
  const id = text.replaceAll("-", "").toLowerCase();
  if (/^[0-9a-f]{32}$/.test(id)) return id;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const expected =
    "expected the id of an exchange (32 hexadecimal digits) or the index of an entry";
  throw new UsageError(`EXCHANGE is ${JSON.stringify(text)}; ${expected}`);
}
