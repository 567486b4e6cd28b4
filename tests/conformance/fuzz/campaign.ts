/** A run of many samples from one seed; findings are minimised and kept once per kind. */
import { compare, type Comparison, type Finding, type Sample } from "./compare.ts";
import { generate, mutate } from "./generate.ts";
import type { MessageKind } from "./reading.ts";
import { seededRandom, type SeededRandom } from "./seeded-random.ts";

export interface CampaignFinding extends Finding {
  readonly seed: number;
  readonly messageKind: MessageKind;
  /** latin1, as small as could be. */
  readonly bytes: string;
}

export interface CampaignReport {
  readonly samples: number;
  readonly accepted: number;
  readonly findings: readonly CampaignFinding[];
  /** How often we refused what llhttp accepts, by our reason. */
  readonly stricter: Readonly<Record<string, number>>;
}

const kinds: readonly MessageKind[] = ["request", "request", "request", "answer", "answer to HEAD"];

/** The sample that a seed stands for. `corpus` are requests to mutate. */
export function sampleOf(seed: number, corpus: readonly string[]): Sample {
  const random = seededRandom(seed);
  const kind = random.pick(kinds);
  const fromCorpus = kind === "request" && corpus.length > 0 && random.chance(0.3);
  let text = fromCorpus ? random.pick(corpus) : generate(random, kind);
  if (random.chance(0.6)) text = mutate(random, text);
  return { bytes: Buffer.from(text, "latin1"), kind, cuts: cutsOf(random, text.length) };
}

function cutsOf(random: SeededRandom, length: number): number[] {
  if (random.chance(0.2)) return Array.from({ length }, (_, at) => at + 1);
  const cuts = Array.from({ length: 1 + random.below(6) }, () => random.below(length + 1));
  return cuts.sort((one, other) => one - other);
}

export interface CampaignOptions {
  readonly firstSeed: number;
  readonly corpus: readonly string[];
  /** Asked before every sample. */
  readonly goesOn: (samples: number) => boolean;
  readonly onFinding?: (finding: CampaignFinding) => void;
}

export function runCampaign(options: CampaignOptions): CampaignReport {
  const findings = new Map<string, CampaignFinding>();
  const stricter: Record<string, number> = {};
  let samples = 0;
  let accepted = 0;
  while (options.goesOn(samples)) {
    const seed = options.firstSeed + samples++;
    const sample = sampleOf(seed, options.corpus);
    const result = look(sample);
    accepted += result.accepted;
    if (result.stricter !== undefined) {
      stricter[result.stricter] = (stricter[result.stricter] ?? 0) + 1;
    }
    if (result.finding === undefined || findings.has(result.finding.kind)) continue;
    const bytes = minimise(sample, result.finding.kind);
    const smallest = { ...sample, bytes, cuts: allCuts(sample, bytes) };
    const { detail } = look(smallest).finding ?? result.finding;
    const { kind } = result.finding;
    const text = bytes.toString("latin1");
    const finding = { kind, detail, seed, messageKind: sample.kind, bytes: text };
    findings.set(kind, finding);
    options.onFinding?.(finding);
  }
  return { samples, accepted, findings: [...findings.values()], stricter };
}

/** A parser that throws is a finding too. */
function look(sample: Sample): Comparison {
  try {
    return compare(sample);
  } catch (error) {
    const kind = `throws ${String(error).slice(0, 80)}`;
    return { accepted: 0, finding: { kind, detail: (error as Error).stack ?? "" } };
  }
}

function allCuts(sample: Sample, bytes: Buffer): number[] {
  const everywhere = Array.from({ length: bytes.length }, (_, at) => at + 1);
  return sample.cuts.length === 0 ? [] : everywhere;
}

/** Takes ranges of bytes away as long as the same kind of finding remains. */
function minimise(sample: Sample, kind: string): Buffer {
  let bytes = sample.bytes;
  const holds = (candidate: Buffer): boolean => {
    const cuts = allCuts(sample, candidate);
    return look({ ...sample, bytes: candidate, cuts }).finding?.kind === kind;
  };
  if (!holds(bytes)) return bytes;
  for (let size = bytes.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= bytes.length;) {
      const candidate = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
      if (holds(candidate)) bytes = candidate;
      else at += size;
    }
  }
  return bytes;
}

export function describeFinding(finding: CampaignFinding): string {
  return [
    `seed ${finding.seed}, ${finding.messageKind}: ${finding.kind}`,
    `  bytes ${JSON.stringify(finding.bytes)}`,
    `  ${finding.detail}`,
  ].join("\n");
}
