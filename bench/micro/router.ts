/**
 * Nanoseconds per match with 10 and with 20,000 routes (1,000 services of 20), interleaved.
 * `node bench/micro/router.ts [--tiny]`
 */
import { parseArgs } from "node:util";
import { latin1 } from "#base/latin1.ts";
import type { Route } from "#configuration/configuration.ts";
import { createRouter, type RoutableRequest, type Router } from "#gateway/router.ts";
import { fixtureConfiguration, fixtureService } from "#gateway/router-fixture.ts";

/** As from a socket: the path is a new string each time, so that no hash is kept from before. */
class ReceivedRequest implements RoutableRequest {
  readonly method: string;
  readonly host = "localhost";
  readonly bytes: Buffer;
  readonly pathStart = 0;

  constructor(method: string, path: string) {
    this.method = method;
    this.bytes = Buffer.from(path, "latin1");
  }

  get path(): string {
    return latin1(this.bytes, 0, this.bytes.length);
  }

  get pathEnd(): number {
    return this.bytes.length;
  }

  get octets(): this {
    return this;
  }

  field(): undefined {}
}

interface Workload {
  readonly name: string;
  readonly router: Router;
  readonly requests: readonly RoutableRequest[];
}

export interface Measurement {
  readonly name: string;
  readonly routes: number;
  readonly nsPerMatch: number;
}

/** The routes of a service: a prefix, and templates in pairs of methods. */
function routesOf(service: string, count: number): readonly Partial<Route>[] {
  const routes: Partial<Route>[] = [{ path: `/${service}/*` }];
  for (let at = 0; routes.length < count; at++) {
    const path = `/${service}/things-${at >> 1}/{id}`;
    routes.push({ path, methods: [at % 2 === 0 ? "GET" : "POST"] });
  }
  return routes;
}

function workload(services: number, routesEach: number, kind: "prefix" | "template"): Workload {
  const names = Array.from({ length: services }, (_, at) => `service-${at}`);
  const configuration = fixtureConfiguration(
    names.map((name) => fixtureService(name, routesOf(name, routesEach))),
  );
  // Both sizes get as many requests, so that the requests themselves cost the caches the same.
  const requests = Array.from({ length: 1_000 }, (_, at) => {
    const name = names[(at * 7) % services] as string;
    if (kind === "prefix") return new ReceivedRequest("GET", `/${name}/items/${at}`);
    const thing = at % Math.floor((routesEach - 1) / 2);
    return new ReceivedRequest(at % 2 === 0 ? "GET" : "POST", `/${name}/things-${thing}/${at}`);
  });
  const name = `${kind}, ${services * routesEach} routes in ${services} services`;
  return { name, router: createRouter(configuration), requests };
}

/** Medians of interleaved rounds. */
export function measure(rounds: number, matchesPerRound: number): readonly Measurement[] {
  const workloads = [
    workload(1, 10, "prefix"),
    workload(10, 1, "prefix"),
    workload(1_000, 20, "prefix"),
    workload(1, 10, "template"),
    workload(1_000, 20, "template"),
  ];
  const times = workloads.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, each] of workloads.entries())
      times[index]?.push(runOnce(each, matchesPerRound));
  return workloads.map(({ name, router }, index) => ({
    name,
    routes: router.routes.length,
    nsPerMatch: median(times[index] ?? []),
  }));
}

/** CPU time: what others do on the machine counts less. */
function runOnce({ router, requests }: Workload, matches: number): number {
  let routed = 0;
  const before = process.cpuUsage();
  for (let at = 0; at < matches; at++) {
    if (router.match(requests[at % requests.length] as RoutableRequest).kind === "route") routed++;
  }
  const { user, system } = process.cpuUsage(before);
  if (routed !== matches) throw new Error(`${matches - routed} of ${matches} found no route`);
  return ((user + system) * 1e3) / matches;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { tiny: { type: "boolean", default: false } } });
  const measurements = values.tiny ? measure(1, 1_000) : measure(31, 200_000);
  for (const { name, nsPerMatch } of measurements)
    console.log(`${nsPerMatch.toFixed(0).padStart(6)} ns  ${name}`);
}
