/** CPU time and memory of a process with all its threads and children, from Linux's /proc. */
import { readdirSync, readFileSync } from "node:fs";

/** Linux reports times to programs in this unit on every architecture (USER_HZ). */
const ticksPerSecond = 100;
const pageBytes = 4096;

interface Stat {
  readonly parent: number;
  /** Own and that of children already waited for, in ticks. */
  readonly ticks: number;
  readonly residentPages: number;
}

function readStat(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined; // It ended between the listing and now.
  }
  // The command's name stands in parentheses and may hold spaces: count fields after it.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (place: number): number => Number(fields[place] ?? NaN);
  return {
    parent: field(1),
    ticks: field(11) + field(12) + field(13) + field(14),
    residentPages: field(21),
  };
}

function readTree(root: number): readonly Stat[] {
  const all = new Map<number, Stat>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = readStat(pid);
    if (stat !== undefined) all.set(pid, stat);
  }
  const belongs = (pid: number): boolean => {
    if (pid === root) return true;
    const parent = all.get(pid)?.parent;
    return parent !== undefined && parent > 1 && belongs(parent);
  };
  return [...all].filter(([pid]) => belongs(pid)).map(([, stat]) => stat);
}

/** User and system time so far, microseconds; the resolution is 10 ms. */
export function cpuUsOf(root: number): number {
  const ticks = readTree(root).reduce((sum, stat) => sum + stat.ticks, 0);
  return (ticks * 1_000_000) / ticksPerSecond;
}

/** The same of the threads of one process that have this name. */
export function threadCpuUsOf(pid: number, name: string): number {
  let ticks = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const folder = `/proc/${pid}/task/${thread}`;
      if (readFileSync(`${folder}/comm`, "utf8").trim() !== name) continue;
      const text = readFileSync(`${folder}/stat`, "latin1");
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It ended between the listing and now.
    }
  }
  return (ticks * 1_000_000) / ticksPerSecond;
}

/** Resident set, bytes. Pages that processes of the tree share count once for each. */
export function residentBytesOf(root: number): number {
  return readTree(root).reduce((sum, stat) => sum + stat.residentPages, 0) * pageBytes;
}
