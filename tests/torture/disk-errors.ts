/**
 * Makes one system call of a process that writes a ledger fail, each in its turn, by strace, and
 * looks at what the process told and wrote afterwards.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkLedger, readAcks, type TortureFolders } from "./acknowledged.ts";

/** A system call that a run of the process makes on files of its ledger. */
export interface LedgerCall {
  readonly name: string;
  /** 1: the first of this name. */
  readonly nth: number;
  /** Whether it writes or syncs a group of entries. */
  readonly isOfCommit: boolean;
}

const writer = new URL("writer-process.ts", import.meta.url).pathname;
const names = ["pwrite64", "fdatasync", "fsync", "rename", "link", "unlink"];

interface Run {
  readonly status: number | null;
  readonly output: string;
  readonly trace: readonly string[];
}

function withFolders<Result>(use: (folders: TortureFolders, own: string) => Result): Result {
  const own = mkdtempSync(join(tmpdir(), "parlance-errors-"));
  try {
    return use({ path: join(own, "ledger"), checkpoints: join(own, "checkpoints") }, own);
  } finally {
    rmSync(own, { recursive: true });
  }
}

function runTraced({ path, checkpoints }: TortureFolders, own: string, inject: string[]): Run {
  const trace = join(own, "trace");
  const traced = ["-f", "-y", "-o", trace, "-e", `trace=${names.join(",")}`, ...inject];
  const own2 = ["--path", path, "--checkpoints", checkpoints, "--groups", "4", "--groupMax", "9"];
  const { status, stdout } = spawnSync("strace", [...traced, process.execPath, writer, ...own2]);
  const lines = readFileSync(trace, "latin1").split("\n");
  return { status, output: stdout.toString("latin1"), trace: lines.filter((one) => one !== "") };
}

/** All calls of a run in which nothing fails, in order. */
export function listCalls(): readonly LedgerCall[] {
  return withFolders((folders, own) => {
    const counts = new Map<string, number>();
    return runTraced(folders, own, []).trace.flatMap((line) => {
      const [, name = "", rest = ""] = /^\d+ +(\w+)\((.*)/.exec(line) ?? [];
      if (!names.includes(name)) return [];
      const nth = (counts.get(name) ?? 0) + 1;
      counts.set(name, nth);
      const isOfCommit = /^\d+<[^>]*\.log>/.test(rest) && ["pwrite64", "fdatasync"].includes(name);
      return [{ name, nth, isOfCommit }];
    });
  });
}

/** What is wrong after this call has failed with this error, as sentences. */
export function failCall({ name, nth }: LedgerCall, error: string): readonly string[] {
  return withFolders((folders, own) => {
    const run = runTraced(folders, own, ["-e", `inject=${name}:error=${error}:when=${nth}`]);
    const what = `${error} of ${name} ${nth}`;
    const at = run.trace.findIndex((line) => line.includes("(INJECTED)"));
    if (at < 0) return [`${what}: did not happen`];
    if (run.status !== 0 && run.status !== 3) return [`${what}: ended with ${run.status}`];
    return [
      ...checkLedger(folders, readAcks(run.output, "0")),
      ...groupFaults(run.output),
      ...fileFaults(run, at),
      ...(/^(ack|refused) /m.test(run.output) ? [] : ["nothing was told"]),
    ].map((fault) => `${what}: ${fault}`);
  });
}

/** A group that failed was not acknowledged, and the next one has its indexes. */
function groupFaults(output: string): readonly string[] {
  const lines = output.split("\n");
  return lines.flatMap((line, at) => {
    const [, from] = /^failed (\d+)$/.exec(line) ?? [];
    if (from === undefined) return [];
    const next = lines.slice(at + 1).find((later) => later.startsWith("ack "));
    const isGivenAgain = next === undefined || next.startsWith(`ack ${from} `);
    return isGivenAgain ? [] : [`a group of ${from} failed, and then came "${next}"`];
  });
}

/** Into a file in which a group failed, nothing is written again. */
function fileFaults({ output, trace }: Run, at: number): readonly string[] {
  const [, path] = /\d+<([^>]*\.log)>/.exec(trace[at] as string) ?? [];
  if (path === undefined || !/^failed /m.test(output)) return [];
  const later = trace.slice(at + 1).find((line) => {
    return line.includes(`<${path}>`) && /\b(pwrite64|fdatasync)\(/.test(line);
  });
  return later === undefined ? [] : [`then came ${later}`];
}
