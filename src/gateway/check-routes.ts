/**
 * Finds routes that are malformed or can never win. Only routes of one path shape can hide one
 * another wholly: of two shapes the more exact one is tried first and matches fewer paths. So
 * routes are grouped by shape, host and header conditions, and each group is walked once. (That
 * several routes cut `/a/*` up between them, `/a`, `/a/` and `/a/{x}/*`, is not looked for.)
 */
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Configuration, Route, Service } from "#configuration/configuration.ts";
import { countStripSegments, effectiveMethods } from "./compile-routes.ts";
import { healthPaths } from "./own-addresses.ts";
import { parsePattern, type PathPattern } from "./router-path.ts";

interface CheckedRoute {
  readonly service: Service;
  readonly route: Route;
  /** Undefined: any. */
  readonly methods: readonly string[] | undefined;
}

export function checkRoutes(configuration: Configuration): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const groups = new Map<string, CheckedRoute[]>();
  for (const service of configuration.services) {
    for (const route of service.routes) {
      const pattern = parsePattern(route.path, route.operation !== undefined);
      if ("error" in pattern) {
        diagnostics.push(malformed("route-path", service, route, pattern.error));
        continue;
      }
      checkOne(service, route, pattern, diagnostics);
      const key = groupKey(route, pattern);
      const group = groups.get(key);
      const checked = { service, route, methods: effectiveMethods(route.methods) };
      if (group === undefined) groups.set(key, [checked]);
      else group.push(checked);
    }
  }
  for (const group of groups.values()) if (group.length > 1) diagnostics.push(...checkGroup(group));
  return diagnostics;
}

function checkOne(
  service: Service,
  route: Route,
  pattern: PathPattern,
  diagnostics: Diagnostic[],
): void {
  if (countStripSegments(route, pattern) === undefined) {
    const wrong =
      `stripPrefix ${JSON.stringify(route.stripPrefix)} must be "" or the leading whole ` +
      `segments of the path ${JSON.stringify(route.path)}`;
    diagnostics.push(malformed("route-strip-prefix", service, route, wrong));
  }
  if (service.encodedSlash === "refuse" && /%2f/i.test(route.path)) {
    const wrong =
      `path ${JSON.stringify(route.path)} holds an encoded slash, which the service refuses; ` +
      `it could never match without encodedSlash: pass`;
    diagnostics.push(malformed("route-path", service, route, wrong));
  }
  checkOwnAddress(service, route, pattern, diagnostics);
  if (route.host !== undefined && !isRoutableHost(route.host)) {
    const wrong =
      `host ${JSON.stringify(route.host)} must be a lower-case host name without port, or ` +
      `such a name behind "*."`;
    diagnostics.push(malformed("route-host", service, route, wrong));
  }
}

/** What the gateway answers itself comes before all routes. */
function checkOwnAddress(
  service: Service,
  route: Route,
  { segments, rest }: PathPattern,
  diagnostics: Diagnostic[],
): void {
  const [first, ...more] = segments;
  const own = healthPaths.find((path) => path === `/${first?.text}`);
  if (own === undefined || first?.kind !== "literal" || more.length > 0) return;
  const why = `the gateway answers ${own} itself, with its own health`;
  const shown = describe({ service, route });
  diagnostics.push({
    code: rest ? "route-overlap" : "route-shadowed",
    severity: rest ? "warning" : "error",
    message: rest
      ? `${shown} is never chosen for ${own}: ${why}`
      : `${shown} can never be chosen: ${why}`,
    source: route.source,
    suggestion: "choose another path",
  });
}

/** What `RequestHead.host` can be, less the final dot: names and bracketed addresses. */
function isRoutableHost(host: string): boolean {
  const name = host.startsWith("*.") ? host.slice(2) : host;
  if (/^\[[0-9a-f:.]+\]$/.test(name)) return name === host;
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name);
}

function groupKey({ host, headers }: Route, { shape }: PathPattern): string {
  if (Object.keys(headers).length === 0) return `${shape} ${host ?? ""}`;
  const conditions = Object.entries(headers).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([shape, host ?? null, conditions]);
}

/** Routes that differ in methods at most, in the order of the file. */
function checkGroup(group: readonly CheckedRoute[]): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const takers = new Map<string, CheckedRoute>();
  let taker: CheckedRoute | undefined;
  for (const checked of group) {
    if (checked.methods === undefined) {
      if (taker === undefined) taker = checked;
      else diagnostics.push(unreachable(checked, [taker]));
      continue;
    }
    const taken = checked.methods.filter((method) => takers.has(method));
    const winners = new Set(taken.map((method) => takers.get(method) as CheckedRoute));
    if (taken.length === checked.methods.length)
      diagnostics.push(unreachable(checked, [...winners]));
    else if (taken.length > 0) diagnostics.push(overlap(checked, [...winners], taken));
    for (const method of checked.methods) if (!takers.has(method)) takers.set(method, checked);
  }
  return diagnostics;
}

/** An error when another service gets the requests; in one service the instances are the same. */
function unreachable(checked: CheckedRoute, winners: readonly CheckedRoute[]): Diagnostic {
  const { service, route } = checked;
  const isStolen = winners.some((winner) => winner.service !== service);
  const first = winners[0] as CheckedRoute;
  const isSame =
    winners.length === 1 &&
    String(first.methods?.toSorted()) === String(checked.methods?.toSorted());
  const isRenamed = first.route.path !== route.path;
  const code = !isSame ? "route-shadowed" : isRenamed ? "route-ambiguous" : "route-duplicate";
  const names = isRenamed ? "; names of parameters do not tell paths apart" : "";
  return {
    code,
    severity: isStolen ? "error" : "warning",
    message:
      `${describe(checked)} can never be chosen: ${winners.map(place).join(" and ")} ` +
      `${winners.length === 1 ? "matches" : "match"} the same requests and ` +
      `${winners.length === 1 ? "stands" : "stand"} earlier${names}`,
    source: route.source,
    suggestion: "change its path, host, headers or methods, or remove it",
  };
}

function overlap(
  checked: CheckedRoute,
  winners: readonly CheckedRoute[],
  taken: readonly string[],
): Diagnostic {
  const isStolen = winners.some((winner) => winner.service !== checked.service);
  const methods = taken.filter((method) => checked.route.methods.includes(method));
  const shown = methods.length === 0 ? taken : methods;
  return {
    code: "route-overlap",
    severity: isStolen ? "warning" : "info",
    message:
      `${describe(checked)} is never chosen for ${shown.join(", ")}: ` +
      `${winners.map(place).join(" and ")} takes them first`,
    source: checked.route.source,
  };
}

function malformed(code: string, service: Service, route: Route, wrong: string): Diagnostic {
  const message = `route ${service.name}.${route.id}: ${wrong}`;
  return { code, severity: "error", message, source: route.source };
}

function describe({ service, route }: Pick<CheckedRoute, "service" | "route">): string {
  const methods = route.methods.length === 0 ? "" : `${route.methods.join("|")} `;
  return `route ${service.name}.${route.id} (${methods}${route.path})`;
}

function place(checked: CheckedRoute): string {
  const { file, line, column } = checked.route.source;
  return `${describe(checked)} at ${file}:${line}:${column}`;
}
