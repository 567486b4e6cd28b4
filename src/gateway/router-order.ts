/**
 * Which of two routes that match the same request wins. Path first: segment by segment a literal
 * beats a parameter with literal text beside it beats one alone beats `/*`, so longer beats
 * shorter. Among equal paths: an exact host beats a wildcard host beats any; more header
 * conditions; listed methods; the order of the file.
 */
import { compareForms, type SegmentForm } from "#contract/segment-form.ts";
import type { CompiledRoute } from "./compile-routes.ts";

export interface Precedence {
  /** Negative: the first of both wins. */
  readonly order: number;
  /** Why the winner wins. */
  readonly why: string;
}

/** Both routes must match one and the same path. */
export function precedence(one: CompiledRoute, other: CompiledRoute): Precedence {
  return pathPrecedence(one, other) ?? conditionPrecedence(one, other);
}

/** How routes of one path shape are tried. */
export function conditionOrder(one: CompiledRoute, other: CompiledRoute): number {
  return conditionPrecedence(one, other).order;
}

function pathPrecedence(one: CompiledRoute, other: CompiledRoute): Precedence | undefined {
  const length = Math.max(one.pattern.segments.length, other.pattern.segments.length) + 1;
  for (let index = 0; index < length; index++) {
    const order =
      segmentRank(one, index) - segmentRank(other, index) ||
      compareAlike(formAt(one, index), formAt(other, index));
    if (order === 0) continue;
    const [winner, loser] = order < 0 ? [one, other] : [other, one];
    const why =
      `segment ${index + 1}: ${describeSegment(winner, index)} beats ` +
      describeSegment(loser, index);
    return { order, why };
  }
  return undefined;
}

/** Literal 0, parameter 2, end of the path 3, rest 5; those with literal text beside one less. */
function segmentRank({ pattern }: CompiledRoute, index: number): number {
  const segment = pattern.segments[index];
  if (segment !== undefined) {
    if (segment.kind === "literal") return 0;
    return segment.form === undefined ? 2 : 1;
  }
  if (!pattern.rest || index < pattern.segments.length) return 3;
  return pattern.restForm === undefined ? 5 : 4;
}

function formAt({ pattern }: CompiledRoute, index: number): SegmentForm | undefined {
  const segment = pattern.segments[index];
  return segment === undefined ? pattern.restForm : segment.form;
}

function compareAlike(one: SegmentForm | undefined, other: SegmentForm | undefined): number {
  return one === undefined || other === undefined ? 0 : compareForms(one, other);
}

function describeSegment({ pattern }: CompiledRoute, index: number): string {
  const segment = pattern.segments[index];
  if (segment === undefined) {
    const spelled = pattern.restForm?.pieces.join("*") ?? "*";
    return pattern.rest ? `"/${spelled}"` : "the end of the path";
  }
  const { kind, text, form } = segment;
  if (kind === "literal") return `literal "${text}"`;
  return `parameter ${form === undefined ? `{${text}}` : text}`;
}

function conditionPrecedence(one: CompiledRoute, other: CompiledRoute): Precedence {
  const byHost = hostRank(one) - hostRank(other);
  if (byHost !== 0) return { order: byHost, why: "the more exact host wins" };
  const byHeaders = other.headers.length - one.headers.length;
  if (byHeaders !== 0) return { order: byHeaders, why: "more header conditions win" };
  const byMethods = Number(one.methods === undefined) - Number(other.methods === undefined);
  if (byMethods !== 0) return { order: byMethods, why: "listed methods beat any method" };
  return { order: one.index - other.index, why: "it stands earlier in the configuration" };
}

/** Smaller is more exact; of two wildcards that match one host the longer. */
function hostRank({ host }: CompiledRoute): number {
  if (host === undefined) return 1;
  return host.startsWith(".") ? -host.length : -1_000_000;
}
