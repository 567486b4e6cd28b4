/** Which operation a method and path mean: templates of the contract, concrete ones first. */
import { takesStream } from "#call/problems.ts";
import type { Contract, Operation, RestBinding } from "#contract/contract.ts";
import { pathShape } from "#contract/path-segments.ts";
import { byRank, capture, compileTemplate, type PathTemplate } from "./path-templates.ts";
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

interface RoutedTemplate extends PathTemplate {
  readonly routes: Map<string, RestRoute>;
}

export function compileRestRoutes(contract: Contract): MatchPath {
  const templates = new Map<string, RoutedTemplate>();
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
      const template = templates.get(key) ?? {
        ...compileTemplate(binding.path),
        routes: new Map<string, RestRoute>(),
      };
      templates.set(key, template);
      if (!template.routes.has(binding.method)) {
        template.routes.set(binding.method, { operation, binding });
      }
    }
  }
  const buckets = new Map<string, RoutedTemplate[]>();
  const open: RoutedTemplate[] = [];
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

function bucketOf(count: number, first: string | undefined): string {
  return first === undefined ? `${count}` : `${count}/${first}`;
}

function matchIn(
  buckets: ReadonlyMap<string, readonly RoutedTemplate[]>,
  open: readonly RoutedTemplate[],
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
  readonly template: RoutedTemplate;
}

function firstOf(
  templates: readonly RoutedTemplate[] | undefined,
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
