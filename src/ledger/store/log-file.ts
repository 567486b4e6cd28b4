/** log.json: what a ledger is called, the keys of its epochs, and what retention has dropped. */
import type { Disk } from "#base/disk.ts";
import { readFile, replaceFile } from "./disk-files.ts";
import { formatName, formatVersion, knownNames, type Layout } from "./layout.ts";
import { LedgerProblem, problems, trying } from "./problems.ts";

export interface Epoch {
  readonly epoch: number;
  readonly origin: string;
  /** Size of the log when it began. */
  readonly from: number;
  /** As C2SP signed-note writes it. */
  readonly verifierKey: string;
  /**
   * Of an epoch that is over: the last checkpoint that its key has signed, whose last entry names
   * the key that came after it. Not there: one that ended before this was kept.
   */
  readonly closing?: string;
}

export interface LogFacts {
  /** The origin without its epoch. */
  readonly name: string;
  readonly createdMs: number;
  /** The last one signs. */
  readonly epochs: readonly Epoch[];
  /** Entries of segments before this one were dropped; their hashes are kept. */
  readonly keptFrom: number;
}

const bytesMax = 1 << 20;

export function originOf(name: string, epoch: number): string {
  return `${name}/${epoch}`;
}

export function currentEpoch(facts: LogFacts): Epoch {
  return facts.epochs.at(-1) as Epoch;
}

export function writeLogFacts(disk: Disk, { logFile }: Layout, facts: LogFacts): void {
  const content = { format: formatName, version: formatVersion, ...facts };
  replaceFile(disk, logFile, Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`));
}

/** Undefined: there is no ledger yet, and nothing else either. */
export function readLogFacts(disk: Disk, layout: Layout): LogFacts | undefined {
  const { logFile, root } = layout;
  const text = trying(`read ${logFile}`, () => readFile(disk, logFile, bytesMax));
  if (text === undefined) {
    refuseForeign(disk, layout);
    return undefined;
  }
  let content: unknown;
  try {
    content = JSON.parse(text.toString("utf8"));
  } catch (error) {
    throw foreign(`${logFile} is not JSON: ${(error as Error).message}`);
  }
  const found = (content ?? {}) as Partial<LogFacts> & { format?: unknown; version?: unknown };
  if (found.format !== formatName) {
    throw foreign(`${logFile} does not say "format": "${formatName}"; ${root} is no ledger`);
  }
  if (found.version !== formatVersion) {
    const age = Number(found.version) > formatVersion ? "a newer" : "another";
    const detail =
      `${root} was written by ${age} version of Parlance: its format is ` +
      `${JSON.stringify(found.version)}, this one knows ${formatVersion}`;
    throw new LedgerProblem(problems["ledger-version"](detail));
  }
  if (!isLogFacts(found)) throw foreign(`${logFile} lacks name, epochs or keptFrom`);
  const { name, createdMs, epochs, keptFrom } = found;
  return { name, createdMs, epochs, keptFrom };
}

function refuseForeign(disk: Disk, { root, segments, hashes }: Layout): void {
  if (disk.stat(root) === undefined) return;
  const names = trying(`read ${root}`, () => disk.list(root));
  const other = names.find((name) => !knownNames.some((known) => name.startsWith(known)));
  if (other !== undefined) {
    throw foreign(`${root} is no ledger: it holds ${other}; a new ledger wants an empty folder`);
  }
  const filled = [segments, hashes].find((folder) => disk.stat(folder) && disk.list(folder).length);
  if (filled !== undefined) {
    throw foreign(`${filled} holds files of a ledger, but log.json is missing; put it back`);
  }
}

function foreign(detail: string): LedgerProblem {
  return new LedgerProblem(problems["ledger-foreign"](detail));
}

function isLogFacts(found: Partial<LogFacts>): found is LogFacts {
  const { name, createdMs, epochs, keptFrom } = found;
  if (typeof name !== "string" || typeof createdMs !== "number") return false;
  if (!Number.isSafeInteger(keptFrom) || !Array.isArray(epochs) || epochs.length === 0)
    return false;
  return (epochs as readonly Partial<Epoch>[]).every(
    ({ epoch, origin, from, verifierKey, closing = "" }) =>
      Number.isSafeInteger(epoch) &&
      Number.isSafeInteger(from) &&
      typeof origin === "string" &&
      typeof verifierKey === "string" &&
      typeof closing === "string",
  );
}
