/** `parlance ledger tail`: the last entries, and those that come. */
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { exitCode, UsageError, type Command, type CommandInput } from "#cli/command.ts";
import { entryLine } from "#cli/entry-line.ts";
import { endWith, ledgerFolders, ledgerOptions } from "#cli/ledger-folder.ts";
import { filterOf, filterOptions } from "#cli/ledger-filter.ts";
import { asJson, print, printed } from "#cli/print.ts";
import type { FoundEntry } from "#app/ledger/search-ledger.ts";

const linesMax = 100_000;
const pollMs = 250;

export const ledgerTail: Command = {
  name: "ledger tail",
  summary: "Shows the last entries of the ledger and, with --follow, those that come.",
  description: [
    "One line an entry, or with --json one JSON object a line. Filters go together: an entry is " +
      "shown when it fits all of them. The ledger's files are read, and no gateway is asked.",
  ],
  positionals: [],
  options: {
    ...ledgerOptions,
    ...filterOptions,
    lines: { value: "N", description: "How many of the last entries. Default: 20." },
    follow: { description: "Go on with what comes, until Ctrl-C." },
  },
  examples: [
    "parlance ledger tail --follow",
    "parlance ledger tail --service billing --status 5xx --from 1h",
    "parlance ledger tail --fault service --lines 100 --json",
  ],
  exitCodes: {
    fine: "the entries were shown, however many there are",
    findings: "the ledger is damaged",
    refused: "the ledger or the configuration cannot be read",
  },
  async run(input) {
    const filter = filterOf(input);
    const lines = linesOf(input);
    const folders = await ledgerFolders(input);
    if (typeof folders === "number") return folders;
    const { problemOf } = await import("#app/ledger/ledger-folders.ts");
    const { openReader } = await import("#ledger/store/log-reader.ts");
    const { lostEnd } = await import("#ledger/verify/newest-checkpoint.ts");
    const { followLedger, searchLedger } = await import("#app/ledger/search-ledger.ts");
    try {
      const reader = openReader({ path: folders.path, disk: nodeDisk, processes: nodeProcesses });
      let seen = reader.size;
      const page = { before: seen, limit: lines };
      const found: FoundEntry[] = [];
      for (let before: number | undefined = seen; before !== undefined && found.length < lines;) {
        const limit = lines - found.length;
        const { entries, next } = await searchLedger(reader, filter, { before, limit }, pause);
        found.push(...entries);
        before = next;
      }
      const lost = lostEnd(reader);
      if (page.limit > 0) for (const one of found.toReversed()) show(input, one);
      if (lost !== undefined) return endWith(input, lost);
      while (input.flag("follow")) {
        await wait(pollMs);
        reader.refresh();
        for (const slice of followLedger(reader, filter, seen)) {
          for (const one of slice) show(input, one);
          await printed();
        }
        seen = Math.max(seen, reader.size);
      }
      reader.close();
      return exitCode.fine;
    } catch (error) {
      const problem = problemOf(error);
      return isProblem(problem) ? endWith(input, problem) : exitCode.refused;
    }
  },
};

function show(input: CommandInput, one: FoundEntry): void {
  print(input.json ? asJson(JSON.stringify(one)) : entryLine(one));
}

function linesOf(input: CommandInput): number {
  const text = input.text("lines") ?? "20";
  const lines = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (lines <= linesMax) return lines;
  const given = JSON.stringify(text);
  throw new UsageError(`--lines is ${given}; expected a number from 0 to ${linesMax}`);
}

function pause(): Promise<void> {
  return Promise.resolve();
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => nodePlatform.timers.after(ms, resolve));
}
