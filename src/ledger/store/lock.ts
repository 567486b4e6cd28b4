/**
 * One writer for one ledger: a file that names the process that holds it. A lock whose process is
 * gone is taken over; one of another host never is, since nobody here can tell. Of one in another
 * container of this host, whose processes are not seen here, a file beside it tells, which is held.
 */
import type { Disk } from "#base/disk.ts";
import type { ProcessMark, Processes } from "#base/processes.ts";
import { unfinished } from "./layout.ts";
import { readFile, writeFully } from "./disk-files.ts";
import { isSystemError, LedgerProblem, problems } from "./problems.ts";

export interface Lock {
  readonly release: () => void;
}

const lockBytesMax = 4096;
/** Held for a moment while a lock is taken over, so that two starters do not both do it. */
const takeover = ".takeover";
const held = "-held";
const startedJustNow = "a process that started just now";

export function takeLock(disk: Disk, processes: Processes, path: string): Lock {
  const own = processes.self();
  const mark = `${path}.${own.pid}${unfinished}`;
  const hold = processes.hold(path + held);
  const release = (): void => {
    if (typeof hold === "function") hold();
  };
  try {
    writeMark(disk, mark, own);
    const mayRun = createJudge(processes, () => hold === "held");
    if (!linkTo(disk, mark, path)) takeOver(disk, path, mark, own, mayRun);
  } catch (error) {
    release();
    throw error;
  } finally {
    letGo(disk, mark);
  }
  return {
    release() {
      letGo(disk, path);
      release();
    },
  };
}

type Judge = (mark: ProcessMark) => boolean;

/** @param isHeld whether another process holds the file beside the lock. */
function createJudge(processes: Processes, isHeld: () => boolean): Judge {
  const own = processes.self();
  return (mark) => {
    if (mark.host !== own.host) return true;
    if (mark.boot !== own.boot) return false;
    return isSeenBy(own, mark) ? processes.isRunning(mark) : isHeld();
  };
}

function isSeenBy(own: ProcessMark, { space }: ProcessMark): boolean {
  return space === "" || space === own.space;
}

/** For who does not want it. */
function createOnlooker(disk: Disk, processes: Processes, path: string): Judge {
  return createJudge(processes, () => {
    if (disk.stat(path + held) === undefined) return false;
    const hold = processes.hold(path + held);
    if (typeof hold === "function") hold();
    return hold === "held";
  });
}

/** A lock that stays is one of a process that is gone, which the next start takes over. */
function letGo(disk: Disk, path: string): void {
  try {
    disk.remove(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** Lets go of a lock that a thread of this process held, which has died; never of another's. */
export function releaseOwn(disk: Disk, processes: Processes, path: string): void {
  const text = readFile(disk, path, lockBytesMax)?.toString("utf8");
  const mark = text === undefined ? undefined : parseMark(text);
  if (mark !== undefined && isSame(mark, processes.self())) disk.remove(path);
}

function isSame(one: ProcessMark, other: ProcessMark): boolean {
  const { host, boot, space, pid, started } = other;
  const isHere = one.host === host && one.boot === boot && one.space === space;
  return isHere && one.pid === pid && one.started === started;
}

function takeOver(disk: Disk, path: string, mark: string, own: ProcessMark, mayRun: Judge): void {
  const guard = path + takeover;
  if (!linkTo(disk, mark, guard)) {
    refuseMarked(disk, guard, own, mayRun);
    disk.remove(guard);
    if (!linkTo(disk, mark, guard)) throw locked(guard, startedJustNow);
  }
  try {
    refuseMarked(disk, path, own, mayRun);
    if (disk.stat(path) !== undefined) disk.remove(path);
    if (!linkTo(disk, mark, path)) throw locked(path, startedJustNow);
  } finally {
    disk.remove(guard);
  }
}

/** Who holds the lock and runs; undefined: nobody. */
export function findHolder(
  disk: Disk,
  processes: Processes,
  path: string,
): ProcessMark | undefined {
  const text = readFile(disk, path, lockBytesMax)?.toString("utf8");
  const mark = text === undefined ? undefined : parseMark(text);
  if (mark === undefined) return undefined;
  return createOnlooker(disk, processes, path)(mark) ? mark : undefined;
}

/** A lock appears with its whole content or not at all, also when the power goes. */
function writeMark(disk: Disk, path: string, own: ProcessMark): void {
  if (disk.stat(path) !== undefined) disk.remove(path);
  const content = Buffer.from(`${JSON.stringify(own)}\n`);
  const file = disk.open(path, "create");
  try {
    writeFully(file, content, 0, content.length, 0);
    file.sync();
  } finally {
    file.close();
  }
}

function linkTo(disk: Disk, mark: string, path: string): boolean {
  try {
    disk.link(mark, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

export function refuseRunning(disk: Disk, processes: Processes, path: string): void {
  refuseMarked(disk, path, processes.self(), createOnlooker(disk, processes, path));
}

function refuseMarked(disk: Disk, path: string, own: ProcessMark, mayRun: Judge): void {
  const text = readFile(disk, path, lockBytesMax)?.toString("utf8");
  if (text === undefined) return;
  const mark = parseMark(text);
  if (mark === undefined) {
    throw locked(path, `something that cannot be read: ${JSON.stringify(text.slice(0, 80))}`);
  }
  if (!mayRun(mark)) return;
  const where =
    mark.host !== own.host
      ? `; whether it runs cannot be told from ${own.host}`
      : isSeenBy(own, mark)
        ? ""
        : ", in another container";
  throw locked(path, `process ${mark.pid} on host ${mark.host}${where}`);
}

function locked(path: string, holder: string): LedgerProblem {
  const detail =
    `the ledger is held by ${holder}. Only one process may write it. ` +
    `If that one is gone for certain, remove ${path} and start again`;
  return new LedgerProblem(problems["ledger-locked"](detail));
}

function parseMark(text: string): ProcessMark | undefined {
  try {
    const mark = JSON.parse(text) as Partial<ProcessMark> | null;
    // Without a space: of an earlier version.
    const { host, boot, space = "", pid, started } = mark ?? {};
    const isMark =
      typeof host === "string" &&
      typeof boot === "string" &&
      typeof space === "string" &&
      typeof started === "string" &&
      Number.isSafeInteger(pid);
    return isMark ? ({ ...mark, space } as ProcessMark) : undefined;
  } catch {
    return undefined;
  }
}
