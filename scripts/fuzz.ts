/**
 * `npm run fuzz -- --seconds N --seed S`: compares our parsers with llhttp until the time is up;
 * with `--sockets` sends the samples through a whole gateway and judges what comes out.
 */
import { parseArgs } from "node:util";
import { describeBlackBoxFinding, runBlackBox } from "#tests/conformance/fuzz/black-box.ts";
import { describeFinding, runCampaign } from "#tests/conformance/fuzz/campaign.ts";
import { requestCorpus } from "#tests/conformance/fuzz/corpus.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    sockets: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  console.error(`--${name} ${text}: expected a whole number`);
  process.exit(2);
}

if (values.help) {
  console.log(
    "npm run fuzz -- [--seconds N] [--seed S] [--sockets]\nexit: 0 no finding, 1 findings, 2 usage",
  );
  process.exit(0);
}
const seconds = wholeNumber("seconds", values.seconds);
const firstSeed = wholeNumber("seed", values.seed);
console.log(`fuzzing for ${seconds} s from seed ${firstSeed}`);
const until = performance.now() + seconds * 1_000;
const goesOn = (): boolean => performance.now() < until;
const findings = values.sockets ? await fuzzSockets() : fuzzParsers();
console.log(`${findings} findings`);
process.exitCode = findings > 0 ? 1 : 0;

async function fuzzSockets(): Promise<number> {
  const options = { firstSeed, corpus: requestCorpus(), goesOn, concurrency: 12 };
  const report = await runBlackBox(options);
  for (const finding of report.findings) console.log(describeBlackBoxFinding(finding));
  console.log(`${report.samples} samples, ${report.passed} of them reached the other end`);
  return report.findings.length;
}

function fuzzParsers(): number {
  const report = runCampaign({
    firstSeed,
    corpus: requestCorpus(),
    goesOn,
    onFinding: (finding) => console.log(describeFinding(finding)),
  });
  console.log(`${report.samples} samples, ${report.accepted} messages accepted by both`);
  console.log("stricter than llhttp, by reason:");
  const reasons = Object.entries(report.stricter).sort((one, other) => other[1] - one[1]);
  for (const [reason, count] of reasons) {
    console.log(`  ${String(count).padStart(8)}  ${reason}`);
  }
  return report.findings.length;
}
