/** Configurations for the tests of routing: what a test does not say is filled in. */
import { defaultLimits, defaultTimeouts } from "#base/limits.ts";
import { packCallers } from "#configuration/callers.ts";
import type { Caller, Configuration, Route, Service } from "#configuration/configuration.ts";
import type { RoutableRequest } from "./router.ts";

/** The line of the source is the place of the route in its service, from 1. */
export function fixtureService(
  name: string,
  routes: readonly Partial<Route>[],
  more: Partial<Service> = {},
): Service {
  return {
    name,
    contractFile: undefined,
    speaks: undefined,
    maxLoss: undefined,
    instances: [
      {
        url: "http://127.0.0.1:9101/base",
        scheme: "http",
        host: "127.0.0.1",
        port: 9101,
        socketPath: undefined,
        basePath: "/base",
        authority: "127.0.0.1:9101",
        http2: false,
        tls: undefined,
        weight: 100,
        drain: false,
      },
    ],
    routes: routes.map((route, index) => ({
      id: `r${index}`,
      host: undefined,
      path: `/${name}/*`,
      methods: [],
      headers: {},
      stripPrefix: "",
      source: { file: `${name}.yaml`, line: index + 1, column: 3 },
      ...route,
    })),
    host: "instance",
    bodyBytesMax: defaultLimits.bodyBytesMax,
    connectMs: defaultTimeouts.connectMs,
    firstByteMs: defaultTimeouts.firstByteMs,
    responseIdleMs: defaultTimeouts.responseIdleMs,
    timeoutMs: 2_000,
    encodedSlash: "refuse",
    balance: { strategy: "round-robin", hashBy: "caller", slowStartMs: 0 },
    health: undefined,
    outlier: undefined,
    ledger: undefined,
    policies: [],
    ...more,
  };
}

export function fixtureConfiguration(
  services: readonly Service[],
  callers: "open" | readonly Caller[] = "open",
): Configuration {
  return {
    listen: {
      host: "127.0.0.1",
      port: 8080,
      adminHost: "127.0.0.1",
      adminPort: 8081,
      workers: 1,
      tls: undefined,
      http2: true,
      proxyProtocol: false,
      trustedProxies: [],
    },
    limits: defaultLimits,
    timeouts: defaultTimeouts,
    services,
    callers: callers === "open" ? callers : packCallers(callers),
    ledger: undefined,
    policies: [],
    log: { level: "info", exchanges: "failures" },
  };
}

export function fixtureRequest(
  method: string,
  path: string,
  host = "localhost",
  fields: Readonly<Record<string, string>> = {},
): RoutableRequest {
  return { method, path, host, field: (name) => fields[name] };
}
