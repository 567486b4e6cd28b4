/** Routes of all services, numbered and made ready to be compared with requests. */
import { assert } from "#base/assert.ts";
import type { SlicedWork } from "#base/slices.ts";
import type { Configuration, Route, Service } from "#configuration/configuration.ts";
import { beginsWith, parsePattern, type PathPattern } from "./router-path.ts";

export interface CompiledRoute {
  readonly kind: "route";
  readonly service: Service;
  readonly route: Route;
  /** Dense over all routes of the configuration, in the order of the file. */
  readonly index: number;
  /** Place of the service in `configuration.services`. */
  readonly serviceIndex: number;
  readonly pattern: PathPattern;
  /** `example.org` as it is, `.example.org` for `*.example.org`. */
  readonly host: string | undefined;
  /** With HEAD where GET is; undefined: any. */
  readonly methods: readonly string[] | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /**
   * What every exchange reads of route and service, beside what else it reads: among thousands of
   * services each object more is a wait for memory.
   */
  readonly face: Route["face"];
  readonly bodyBytesMax: number;
  readonly keepsHost: boolean;
  /** Leading segments that are removed before forwarding. */
  readonly stripSegments: number;
  /** Whether the instances themselves speak these formats there. */
  readonly offersJson: boolean;
  readonly offersXml: boolean;
  /** Whether requests that pass go to the URL of the instance itself, as in SOAP. */
  readonly exactTarget: boolean;
}

export const routesBetweenPauses = 64;

const noHeaders: CompiledRoute["headers"] = [];

/** Routes must have passed `checkRoutes` without errors. */
export function* compileRoutes(configuration: Configuration): SlicedWork<readonly CompiledRoute[]> {
  const compiled: CompiledRoute[] = [];
  const shared = new Map<string, readonly string[]>();
  for (const [serviceIndex, service] of configuration.services.entries())
    for (const route of service.routes) {
      compiled.push(compileRoute(service, serviceIndex, route, compiled.length, shared));
      if (compiled.length % routesBetweenPauses === 0) yield;
    }
  return compiled;
}

function compileRoute(
  service: Service,
  serviceIndex: number,
  route: Route,
  index: number,
  shared: Map<string, readonly string[]>,
): CompiledRoute {
  const pattern = parsePattern(route.path, route.operation !== undefined);
  const name = `route ${service.name}.${route.id}`;
  assert(!("error" in pattern), `${name} was not checked: ${route.path}`);
  const stripSegments = countStripSegments(route, pattern);
  assert(stripSegments !== undefined, `${name} was not checked: ${route.stripPrefix}`);
  const headers = Object.entries(route.headers);
  return {
    kind: "route",
    service,
    route,
    index,
    serviceIndex,
    pattern,
    host: hostKey(route.host),
    methods: sharedMethods(route.methods, shared),
    headers: headers.length === 0 ? noHeaders : headers,
    face: route.face,
    bodyBytesMax: service.bodyBytesMax,
    keepsHost: service.host === "caller",
    stripSegments,
    offersJson: route.formats?.includes("json") ?? true,
    offersXml: route.formats?.includes("xml") ?? true,
    exactTarget: route.face === "soap",
  };
}

/** One list for all routes with the same methods: of 20,000 routes it stays in the cache. */
function sharedMethods(
  methods: readonly string[],
  shared: Map<string, readonly string[]>,
): readonly string[] | undefined {
  const key = methods.join(" ");
  const known = shared.get(key);
  if (known !== undefined) return known;
  const effective = effectiveMethods(methods);
  if (effective !== undefined) shared.set(key, effective);
  return effective;
}

/** Undefined when `stripPrefix` is not a leading part of the route's path. */
export function countStripSegments(route: Route, pattern: PathPattern): number | undefined {
  if (route.stripPrefix === "" || route.stripPrefix === "/") return 0;
  const prefix = parsePattern(route.stripPrefix);
  if ("error" in prefix || prefix.rest || !beginsWith(pattern, prefix)) return undefined;
  return prefix.segments.length;
}

function hostKey(host: string | undefined): string | undefined {
  return host?.startsWith("*.") === true ? host.slice(1) : host;
}

/** HEAD is answered wherever GET is (RFC 9110 §9.3.2). */
export function effectiveMethods(methods: readonly string[]): readonly string[] | undefined {
  if (methods.length === 0) return undefined;
  return methods.includes("GET") && !methods.includes("HEAD") ? [...methods, "HEAD"] : methods;
}
