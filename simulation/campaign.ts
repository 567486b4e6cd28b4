/** Many lives, each from its seed alone: the seed also decides what kind of life it is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { liveLedger, type LifeReport } from "./ledger-life.ts";
import { noFaults, type DiskFaults } from "./simulated-disk.ts";

export const seedsFile = join(import.meta.dirname, "seeds.txt");

export interface CampaignReport {
  readonly lives: number;
  readonly cuts: number;
  /** Groups of entries that the disk refused. */
  readonly failures: number;
  readonly failed: readonly { readonly seed: number; readonly findings: readonly string[] }[];
}

/** A disk that fails and is full at times, in every third life. */
const badDisk: DiskFaults = { ...noFaults, failing: 0.01, full: 0.01 };
const nearlyFullEvery = 100;

export function lifeOf(seed: number, unsynced?: RegExp): LifeReport {
  const isNearlyFull = seed % nearlyFullEvery === 7;
  const faults = seed % 3 === 0 ? badDisk : noFaults;
  const cuts = isNearlyFull ? 5 : 10;
  return liveLedger({ seed, cuts, isNearlyFull, faults: { ...faults, unsynced } });
}

export function runCampaign(
  seeds: Iterable<number>,
  onLife: (seed: number, report: LifeReport) => void = () => {},
): CampaignReport {
  const failed: { seed: number; findings: readonly string[] }[] = [];
  let lives = 0;
  let cuts = 0;
  let failures = 0;
  for (const seed of seeds) {
    const report = lifeOf(seed);
    onLife(seed, report);
    lives++;
    cuts += report.cuts;
    failures += report.failures;
    if (report.findings.length > 0) failed.push({ seed, findings: report.findings });
  }
  return { lives, cuts, failures, failed };
}

export function* seedsFrom(first: number, count: number): Generator<number> {
  for (let seed = first; seed < first + count; seed++) yield seed;
}

/** Seeds that once found something; a line each, with a note behind it. */
export function keptSeeds(): readonly number[] {
  const lines = readFileSync(seedsFile, "utf8").split("\n");
  return lines.filter((line) => /^\d/.test(line)).map((line) => Number.parseInt(line, 10));
}
