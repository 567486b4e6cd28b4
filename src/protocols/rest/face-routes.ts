/** Which operation a method and path mean: templates of the contract, concrete ones first. */
import { takesStream } from "#call/problems.ts";
import type { Contract, Operation, RestBinding } from "#contract/contract.ts";
import { percentDecode } from "./percent.ts";
import { bindingOf, queryBindingOf } from "./rest-binding.ts";

export interface RestRoute {
  readonly operation: Operation;
  readonly binding: RestBinding;
}

export interface RouteMatch {
  readonly routes: ReadonlyMap<string, RestRoute>;
  /** What stands for the parameters, still encoded, in their order. */
  readonly captured: readonly string[];
}

export type MatchPath = (path: string) => RouteMatch | undefined;

interface Segment {
  /** Undefined: holds parameters. */
  readonly literal: string | undefined;
  readonly count: number;
  readonly pattern: RegExp;
  /** 0 literal, 1 with literal parts, 2 a parameter alone. */
  readonly rank: number;
}

interface Template {
  readonly segments: readonly Segment[];
  readonly routes: Map<string, RestRoute>;
}

export function compileRestRoutes(contract: Contract): MatchPath {
  const templates = new Map<string, Template>();
  for (const operation of contract.operations) {
    const own = [operation.rest, ...(operation.rest?.aliases ?? [])];
    const bindings = own.map((rest) =>
      bindingOf(contract, rest === undefined ? operation : { ...operation, rest }),
    );
    if (operation.rest === undefined && operation.safety === "safe" && !takesStream(operation)) {
      bindings.push(queryBindingOf(contract, operation));
    }
    for (const binding of bindings) {
      // Templates that differ in the names of parameters alone are one resource.
      const key = binding.path.replaceAll(/\{[^{}]*\}/g, "{}");
      const template = templates.get(key) ?? {
        segments: binding.path.slice(1).split("/").map(compileSegment),
        routes: new Map<string, RestRoute>(),
      };
      templates.set(key, template);
      if (!template.routes.has(binding.method)) {
        template.routes.set(binding.method, { operation, binding });
      }
    }
  }
  const buckets = new Map<string, Template[]>();
  for (const template of templates.values()) {
    const key = bucketOf(template.segments.length, template.segments[0]?.literal);
    buckets.set(key, [...(buckets.get(key) ?? []), template]);
  }
  for (const bucket of buckets.values()) bucket.sort(byRank);
  return (path) => matchIn(buckets, path);
}

function bucketOf(count: number, first: string | undefined): string {
  return first === undefined ? `${count}` : `${count}/${first}`;
}

function compileSegment(text: string): Segment {
  let count = 0;
  let pattern = "";
  let at = 0;
  for (const found of text.matchAll(/\{([^{}]*)\}/g)) {
    pattern += `${escapePattern(text.slice(at, found.index))}(.*?)`;
    count++;
    at = found.index + found[0].length;
  }
  pattern += escapePattern(text.slice(at));
  const isAlone = pattern === "(.*?)";
  return {
    literal: count === 0 ? (percentDecode(text) ?? text) : undefined,
    count,
    pattern: new RegExp(`^${pattern}$`, "s"),
    rank: count === 0 ? 0 : isAlone ? 2 : 1,
  };
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function byRank(one: Template, other: Template): number {
  for (const [index, { rank }] of one.segments.entries()) {
    const difference = rank - (other.segments[index]?.rank ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function matchIn(
  buckets: ReadonlyMap<string, readonly Template[]>,
  path: string,
): RouteMatch | undefined {
  const parts = path.slice(1).split("/");
  const decoded = parts.map((part) => percentDecode(part) ?? part);
  for (const first of [decoded[0], undefined]) {
    for (const { segments, routes } of buckets.get(bucketOf(parts.length, first)) ?? []) {
      const captured = capture(segments, parts, decoded);
      if (captured !== undefined) return { routes, captured };
    }
  }
  return undefined;
}

/** Segments with several parameters can be parted in many ways; long ones would cost too much. */
const mixedLengthMax = 512;

function capture(
  segments: readonly Segment[],
  parts: readonly string[],
  decoded: readonly string[],
): readonly string[] | undefined {
  const captured: string[] = [];
  for (const [index, { literal, count, pattern }] of segments.entries()) {
    const part = parts[index] ?? "";
    if (literal !== undefined) {
      if (literal !== decoded[index]) return undefined;
      continue;
    }
    if (part === "" || (count > 1 && part.length > mixedLengthMax)) return undefined;
    const match = pattern.exec(part);
    if (match === null) return undefined;
    captured.push(...match.slice(1));
  }
  return captured;
}
