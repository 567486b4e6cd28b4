/** `parlance ledger verify`: whether a ledger is whole, and where not. */
import { nodePlatform } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import type { NoteVerifier } from "#ledger/tree/note-keys.ts";
import type { LedgerVerification } from "#app/ledger/verify-ledger.ts";
import { exitCode, UsageError, type Command, type CommandInput } from "#cli/command.ts";
import { endWith, ledgerFolders, ledgerOptions } from "#cli/ledger-folder.ts";
import { asJson, complain, count, print, printJson } from "#cli/print.ts";
import { createProgressBar } from "#cli/progress-bar.ts";

export const ledgerVerify: Command = {
  name: "ledger verify",
  summary: "Verifies the whole ledger and names the place of the first damage.",
  description: [
    "Reads every entry, holds its hash and all hashes above it against those that are kept, and " +
      "the root against every signed checkpoint that is found: the ledger's own and the separate " +
      "one. A running gateway need not be stopped.",
    "Without --key the keys that the ledger names are believed. Whoever could write the whole " +
      "folder could have exchanged them, too: keep the key elsewhere and give it here. Keys that " +
      "came after it are believed as far as it, or they, have signed the entries that name them.",
    "With --proof it is one proof that is verified, as `parlance ledger prove` writes it; with " +
      "--key the ledger itself is not needed for that.",
  ],
  positionals: [],
  options: {
    ...ledgerOptions,
    key: {
      value: "KEY",
      isRepeatable: true,
      description: "A verifier key (NAME+ID+BASE64) that is trusted instead of the ledger's own.",
    },
    proof: { value: "FILE", description: "A proof of one entry, instead of the whole ledger." },
  },
  examples: [
    "parlance ledger verify",
    "parlance ledger verify --ledger backup/ledger --checkpoints /mnt/other/checkpoints",
    "parlance ledger verify --proof exchange.tlog-proof --key example.org/log/1+0a1b2c3d+AZ...",
  ],
  exitCodes: {
    fine: "the ledger is whole and is the one that was signed; the proof holds",
    findings: "it is damaged, or not the one that was signed; or the configuration has errors",
    refused: "the ledger or the configuration cannot be read",
  },
  async run(input) {
    const verifiers = await keysOf(input);
    const proof = input.text("proof");
    if (proof !== undefined) return verifyProof(input, proof, verifiers);
    const folders = await ledgerFolders(input);
    if (typeof folders === "number") return folders;
    const { verifyLedger } = await import("#app/ledger/verify-ledger.ts");
    const bar = createProgressBar("entries");
    const { monotonicMs } = nodePlatform.clock;
    const startedMs = monotonicMs();
    const result = await verifyLedger({
      ...folders,
      verifiers,
      onProgress: (entries, size) => bar.show(entries, size),
    });
    bar.end();
    if (isProblem(result)) return endWith(input, result);
    const seconds = (monotonicMs() - startedMs) / 1000;
    if (input.json) printJson(factsOf(folders.path, result));
    else printResult(folders.path, result, seconds);
    return isFine(result) ? exitCode.fine : exitCode.findings;
  },
};

async function verifyProof(
  input: CommandInput,
  file: string,
  trusted: readonly NoteVerifier[] | undefined,
): Promise<number> {
  const { checkProof } = await import("#app/ledger/check-proof.ts");
  let verifiers = trusted;
  if (verifiers === undefined) {
    const folders = await ledgerFolders(input);
    if (typeof folders === "number") return folders;
    const { keysOfLedger } = await import("#app/ledger/ledger-folders.ts");
    const own = keysOfLedger(folders.path);
    if (isProblem(own)) return endWith(input, own);
    verifiers = own;
  }
  const checked = checkProof(file, verifiers);
  if (isProblem(checked)) return endWith(input, checked);
  const { index, size, origin, entry } = checked;
  if (input.json) printJson({ file, isFine: true, index, size, origin, entry });
  else {
    print(`${file}: fine; entry ${index} of ${origin}, which has signed a tree of ${size} entries`);
    print(asJson(JSON.stringify(entry, undefined, 2)));
  }
  return exitCode.fine;
}

async function keysOf(input: CommandInput) {
  const texts = input.texts("key");
  if (texts.length === 0) return undefined;
  const { parseVerifier } = await import("#ledger/tree/note-keys.ts");
  return texts.map((text) => {
    const verifier = parseVerifier(text);
    if (isProblem(verifier)) throw new UsageError(`--key: ${verifier.detail}`);
    return verifier;
  });
}

/** Entries that nobody signed prove nothing. */
function isFine({ damage, size, checkpoints }: LedgerVerification): boolean {
  return damage === undefined && (size === 0 || checkpoints > 0);
}

function factsOf(path: string, { root, ...result }: LedgerVerification) {
  return {
    ledger: path,
    isFine: isFine({ ...result, root }),
    ...result,
    root: root?.toString("base64"),
  };
}

function printResult(path: string, result: LedgerVerification, seconds: number): void {
  const { damage, size, entries, dropped, checkpoints, unsigned, missing } = result;
  for (const place of missing) complain(`${place}: there is no checkpoint`);
  if (damage !== undefined) {
    print(`${path}: damaged at entry ${damage.entry}: ${damage.detail}`);
    return;
  }
  if (!isFine(result)) {
    print(`${path}: no checkpoint vouches for its ${size} entries; they fit together, no more`);
    return;
  }
  const whole = [
    `${count(entries, "entry").replace("entrys", "entries")} verified`,
    ...(dropped > 0 ? [`${dropped} dropped, their hashes verified`] : []),
    `${count(checkpoints, "checkpoint")} verified`,
    ...(unsigned > 0 ? [`the last ${unsigned} not covered by a checkpoint yet`] : []),
  ];
  print(`${path}: fine; ${whole.join(", ")}`);
  for (const key of result.named) print(`signed on by ${key}, which the key before it names`);
  print(`origin ${result.origin}, size ${size}, root ${result.root?.toString("base64") ?? "-"}`);
  const rate = Math.round(entries / Math.max(seconds, 0.001)).toLocaleString("en");
  print(
    `${(result.bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s, ${rate} entries a second`,
  );
}
