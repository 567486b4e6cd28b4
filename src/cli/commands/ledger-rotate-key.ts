/** `parlance ledger rotate-key`: another key signs the ledger from now on. */
import { isProblem } from "#base/problem.ts";
import { exitCode, type Command } from "#cli/command.ts";
import { endWith, ledgerFolders, ledgerOptions } from "#cli/ledger-folder.ts";
import { print, printJson } from "#cli/print.ts";

export const ledgerRotateKey: Command = {
  name: "ledger rotate-key",
  summary: "Makes a new key that signs the ledger from now on, and puts that on record.",
  description: [
    "The old key signs the entry that names the new one. The number of the epoch in the origin " +
      "grows by one; the tree goes on, and proofs by the old key stay valid. Publish the new " +
      "verifier key beside the old one.",
    "The gateway that writes the ledger has to be stopped before.",
  ],
  positionals: [],
  options: {
    ...ledgerOptions,
    reason: { value: "TEXT", description: "Why. It stands in the ledger for ever." },
  },
  examples: ['parlance ledger rotate-key --reason "yearly"'],
  exitCodes: {
    findings: "the ledger is damaged, or the configuration has errors",
    refused: "a gateway writes the ledger, or it cannot be opened",
  },
  async run(input) {
    const folders = await ledgerFolders(input);
    if (typeof folders === "number") return folders;
    const { rotateKey } = await import("#app/ledger/rotate-key.ts");
    const rotated = rotateKey(folders, input.text("reason"));
    if (isProblem(rotated)) return endWith(input, rotated);
    if (input.json) printJson(rotated);
    else {
      const { index, origin, key, before } = rotated;
      print(`${origin} is signed with a new key; entry ${index} tells of it`);
      print(`new verifier key: ${key}`);
      print(`old verifier key: ${before}`);
    }
    return exitCode.fine;
  },
};
