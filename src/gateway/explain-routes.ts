/** The part of an explanation that tells which routes were in question and which one won. */
import { nearest } from "#base/nearest.ts";
import { normalPath } from "#contract/path-spelling.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { ExplanationStep } from "./explain.ts";
import { precedence } from "./router-order.ts";
import { pathMatches, whyNot } from "./router-reasons.ts";
import type { RoutableRequest, RouteMatch, Router } from "./router.ts";

/** Up to so many routes are all listed; of more only those of services in question. */
const listAllMax = 50;
const listedMax = 200;

export interface RoutesExplained {
  readonly match: RouteMatch;
  /** Why the match is what it is. */
  readonly why: string;
  readonly matched: number;
  readonly listed: number;
  readonly steps: readonly ExplanationStep[];
}

export function explainRoutes(router: Router, request: RoutableRequest): RoutesExplained {
  const match = router.match(request);
  const { path, host, method } = request;
  const asked: RoutableRequest = { path, host, method, field: (name) => request.field(name) };
  const judged = candidates(router.routes, path).map((route) => {
    return { route, reasons: whyNot(route, asked) };
  });
  const matching = judged.filter(({ reasons }) => reasons.length === 0);
  // Matching routes must be seen, however many others there are.
  const others = judged.filter(({ reasons }) => reasons.length > 0);
  const shown = [
    ...matching.slice(0, listedMax),
    ...others.slice(0, Math.max(0, listedMax - matching.length)),
  ].sort((one, other) => one.route.index - other.route.index);
  const steps = shown.map(({ route, reasons }): ExplanationStep => ({
    step: "route",
    verdict: reasons.length === 0 ? "matched" : "not matched",
    what: describeRoute(route),
    why: reasons.length === 0 ? describeConditions(route) : reasons.join("; "),
    source: route.route.source,
  }));
  const left = router.routes.length - shown.length;
  if (left > 0) steps.push(describeLeft(router.routes, judged.length, left));
  const rivals = matching.map(({ route }) => route).filter((route) => route !== match);
  const why =
    match.kind === "route" ? whyChosen(match, rivals) : whyMissed(match, router.routes, path);
  return { match, why, matched: matching.length, listed: shown.length, steps };
}

/** Routes of services that have a route for the path, or for its first segment. */
function candidates(routes: readonly CompiledRoute[], path: string): readonly CompiledRoute[] {
  if (routes.length <= listAllMax) return routes;
  const first = firstSegment(path);
  const services = new Set<number>();
  for (const { pattern, serviceIndex } of routes)
    if (pattern.segments[0]?.text === first || pathMatches(pattern, path))
      services.add(serviceIndex);
  return routes.filter(({ serviceIndex }) => services.has(serviceIndex));
}

function firstSegment(path: string): string {
  return normalPath(path).split("/")[1] ?? "";
}

function describeLeft(
  routes: readonly CompiledRoute[],
  judged: number,
  left: number,
): ExplanationStep {
  const elsewhere = routes.length - judged;
  const unlisted = left - elsewhere;
  const why = [
    elsewhere > 0 ? `${elsewhere} belong to services without a route for such a path` : "",
    unlisted > 0 ? `${unlisted} more were compared; the list ends at ${listedMax}` : "",
  ];
  const what = `${left} other routes`;
  return {
    step: "route",
    verdict: "info",
    what,
    why: why.filter((part) => part !== "").join("; "),
  };
}

function whyChosen(chosen: CompiledRoute, rivals: readonly CompiledRoute[]): string {
  if (rivals.length === 0) return "the only route that matches";
  const shown = rivals.slice(0, 5).map((rival) => {
    const { why } = precedence(chosen, rival);
    return `before ${rival.service.name}.${rival.route.id}: ${why}`;
  });
  if (rivals.length > shown.length) shown.push(`and ${rivals.length - shown.length} more`);
  return shown.join("; ");
}

function whyMissed(
  { status, allowedMethods }: Exclude<RouteMatch, CompiledRoute>,
  routes: readonly CompiledRoute[],
  path: string,
): string {
  if (status === 405) return `there are routes, but only for ${allowedMethods.join(", ")}`;
  const literals = new Set<string>();
  for (const { pattern } of routes) {
    const first = pattern.segments[0];
    if (first?.kind === "literal" && first.text !== "") literals.add(first.text);
  }
  const first = firstSegment(path);
  const meant = literals.has(first) ? undefined : nearest(first, literals);
  const hint = meant === undefined ? "" : `; did you mean "/${meant}"?`;
  return `none of ${routes.length} routes matches${hint}`;
}

function describeRoute({ service, route }: CompiledRoute): string {
  const methods = route.methods.length === 0 ? "any method" : route.methods.join("|");
  return `${service.name}.${route.id}: ${methods} ${route.path}`;
}

function describeConditions({ route, headers }: CompiledRoute): string {
  const parts = [`path ${route.path}`];
  if (route.host !== undefined) parts.push(`host ${route.host}`);
  for (const [name, value] of headers) parts.push(`header ${name}: ${value}`);
  if (route.methods.length > 0) parts.push(`method ${route.methods.join("|")}`);
  return parts.join(", ");
}
