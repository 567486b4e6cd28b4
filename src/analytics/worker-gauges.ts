/** How one worker is, in memory that the main thread reads: renewed once a second by the worker. */
export const gaugeNames = [
  "connections",
  "turnedAway",
  "loopDelayMaxMs",
  "heapUsedBytes",
  "cpuS",
  "linesDropped",
  /** 0: there is none, 1: it is away, 2: it answers. */
  "limitStore",
  "limitStoreMissed",
] as const;

export type WorkerGauges = Readonly<Record<(typeof gaugeNames)[number], number>>;

export function createGaugeMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 * gaugeNames.length);
}

export function writeGauges(memory: SharedArrayBuffer, gauges: WorkerGauges): void {
  const cells = new Float64Array(memory);
  for (const [index, name] of gaugeNames.entries()) cells[index] = gauges[name];
}

export function readGauges(memory: SharedArrayBuffer): WorkerGauges {
  const cells = new Float64Array(memory);
  const entries = gaugeNames.map((name, index) => [name, cells[index] as number] as const);
  return Object.fromEntries(entries) as WorkerGauges;
}
