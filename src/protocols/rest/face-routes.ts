/** Which operation a method and path mean: templates of the contract, concrete ones first. */
import { takesStream } from "#call/problems.ts";
import type { Contract, Operation, RestBinding } from "#contract/contract.ts";
import { cutPath, pathShape } from "#contract/path-segments.ts";
import { percentDecode } from "./percent.ts";
import { bindingOf, queryBindingOf } from "./rest-binding.ts";

export interface RestRoute {
  readonly operation: Operation;
  readonly binding: RestBinding;
}

export interface RouteMatch {
  readonly routes: ReadonlyMap<string, RestRoute>;
  /** Texts that the path has where the template is open, still encoded, in their order. */
  readonly captured: readonly string[];
}

/** The template that has the method; where none has it, the one that has the path. */
export type MatchPath = (path: string, method: string) => RouteMatch | undefined;

interface Segment {
  /** Undefined: holds parameters. */
  readonly literal: string | undefined;
  readonly count: number;
  readonly pattern: RegExp;
  readonly isAlone: boolean;
  /** 0 literal, below 2 with literal parts, 2 a parameter alone; beyond 3 all that remains. */
  readonly rank: number;
}

interface Template {
  /** Without the one that stands for all that remains. */
  readonly segments: readonly Segment[];
  readonly rest: Segment | undefined;
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
      const key = pathShape(binding.path);
      const template = templates.get(key) ?? compileTemplate(binding.path);
      templates.set(key, template);
      if (!template.routes.has(binding.method)) {
        template.routes.set(binding.method, { operation, binding });
      }
    }
  }
  const buckets = new Map<string, Template[]>();
  const open: Template[] = [];
  for (const template of templates.values()) {
    if (template.rest !== undefined) {
      open.push(template);
      continue;
    }
    const key = bucketOf(template.segments.length, template.segments[0]?.literal);
    buckets.set(key, [...(buckets.get(key) ?? []), template]);
  }
  for (const bucket of [...buckets.values(), open]) bucket.sort(byRank);
  return (path, method) =>
    matchIn(buckets, open, path, method) ?? matchIn(buckets, open, path, undefined);
}

function compileTemplate(path: string): Template {
  const { segments: texts, rest: isOpen } = cutPath(path);
  const segments = texts.map(compileSegment);
  const last = isOpen ? segments.pop() : undefined;
  const rest = last && { ...last, rank: last.rank + 3 };
  return { segments, rest, routes: new Map() };
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
    isAlone,
    // The more of it is literal, the more exact it is.
    rank:
      count === 0
        ? 0
        : isAlone
          ? 2
          : 1 + 1 / Math.max(1, text.replaceAll(/\{[^{}]*\}/g, "").length),
  };
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** As the router has it: by segments, where the end of the path comes before all that remains. */
function byRank(one: Template, other: Template): number {
  const length = Math.max(one.segments.length, other.segments.length) + 1;
  for (let index = 0; index < length; index++) {
    const difference = rankAt(one, index) - rankAt(other, index);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rankAt({ segments, rest }: Template, index: number): number {
  return segments[index]?.rank ?? rest?.rank ?? 3;
}

function matchIn(
  buckets: ReadonlyMap<string, readonly Template[]>,
  open: readonly Template[],
  path: string,
  method: string | undefined,
): RouteMatch | undefined {
  const parts = path.slice(1).split("/");
  const decoded = parts.map((part) => percentDecode(part) ?? part);
  const asked: AskedPath = { parts, decoded, method };
  const under = (first: string | undefined) =>
    firstOf(buckets.get(bucketOf(parts.length, first)), asked);
  const found = under(decoded[0]) ?? under(undefined);
  const remaining = open.length === 0 ? undefined : firstOf(open, asked);
  if (found === undefined || remaining === undefined) return found ?? remaining;
  return byRank(remaining.template, found.template) < 0 ? remaining : found;
}

interface AskedPath {
  readonly parts: readonly string[];
  readonly decoded: readonly string[];
  /** Undefined: any. */
  readonly method: string | undefined;
}

interface Found extends RouteMatch {
  readonly template: Template;
}

function firstOf(
  templates: readonly Template[] | undefined,
  { parts, decoded, method }: AskedPath,
): Found | undefined {
  for (const template of templates ?? []) {
    if (method !== undefined && routeOf(template.routes, method) === undefined) continue;
    const captured = capture(template, parts, decoded);
    if (captured !== undefined) return { template, routes: template.routes, captured };
  }
  return undefined;
}

/** RFC 9110 §9.3.2: HEAD is what GET is, without the content. */
export function routeOf(
  routes: ReadonlyMap<string, RestRoute>,
  method: string,
): RestRoute | undefined {
  return routes.get(method) ?? (method === "HEAD" ? routes.get("GET") : undefined);
}

/** Segments with several parameters can be parted in many ways; long ones would cost too much. */
const mixedLengthMax = 512;

function capture(
  { segments, rest }: Template,
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
  if (rest === undefined || parts.length === segments.length) {
    // With a verb behind it, all that remains is a segment at least.
    return rest === undefined || rest.isAlone ? captured : undefined;
  }
  const remaining = parts.slice(segments.length).join("/");
  const match = rest.pattern.exec(remaining);
  return match === null ? undefined : [...captured, ...match.slice(1)];
}
