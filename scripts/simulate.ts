/**
 * `npm run simulate -- [--seeds N] [--seed S]`: lives of a ledger on a simulated disk that loses
 * its power, fails and is full. Seeds that find something are kept in simulation/seeds.txt.
 */
import { appendFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runCampaign, seedsFile, seedsFrom } from "#simulation/campaign.ts";

const usage = "npm run simulate -- [--seeds N] [--seed S]\nexit: 0 no finding, 1 findings, 2 usage";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    help: { type: "boolean", default: false },
  },
});

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  console.error(`--${name} ${text}: expected a whole number\n${usage}`);
  process.exit(2);
}

if (values.help) {
  console.log(usage);
  process.exit(0);
}
const count = wholeNumber("seeds", values.seeds);
const first = wholeNumber("seed", values.seed);
console.log(`${count} lives from seed ${first}`);
const startedMs = performance.now();
let toldMs = startedMs;
const report = runCampaign(seedsFrom(first, count), (seed, { findings }) => {
  for (const finding of findings) console.log(`seed ${seed}: ${finding}`);
  if (findings.length > 0) appendFileSync(seedsFile, `${seed} ${findings[0]}\n`);
  if (performance.now() - toldMs < 10_000) return;
  toldMs = performance.now();
  console.log(`${seed - first + 1} of ${count} lives`);
});
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
console.log(
  `${report.lives} lives, ${report.cuts} power cuts and kills, ${report.failures} groups refused ` +
    `by the disk, ${report.failed.length} lives with findings, ${seconds} s`,
);
process.exitCode = report.failed.length > 0 ? 1 : 0;
