/** The smallest configuration: one service, one instance, open to anybody. */
import { defaultLimits, defaultTimeouts } from "#base/limits.ts";
import type { Revision } from "#configuration/configuration.ts";

export function benchRevision(): Revision {
  const { connectMs, firstByteMs, responseIdleMs } = defaultTimeouts;
  const url = "http://127.0.0.1:9000";
  return {
    id: "bench",
    contracts: new Map(),
    configuration: {
      listen: {
        host: "127.0.0.1",
        port: 0,
        adminHost: "127.0.0.1",
        adminPort: 0,
        workers: 1,
        tls: undefined,
        http2: false,
        proxyProtocol: false,
        trustedProxies: [],
      },
      limits: defaultLimits,
      timeouts: defaultTimeouts,
      callers: "open",
      ledger: undefined,
      policies: [],
      log: { level: "info", exchanges: "none" },
      services: [
        {
          name: "up",
          policies: [],
          contractFile: undefined,
          speaks: undefined,
          maxLoss: undefined,
          instances: [
            {
              url,
              scheme: "http",
              host: "127.0.0.1",
              port: 9000,
              socketPath: undefined,
              basePath: "",
              authority: "127.0.0.1:9000",
              http2: false,
              tls: undefined,
              weight: 100,
              drain: false,
            },
          ],
          routes: [
            {
              id: "default",
              host: undefined,
              path: "/up/*",
              methods: [],
              headers: {},
              stripPrefix: "/up",
              source: { file: "bench", line: 1, column: 1 },
            },
          ],
          host: "instance",
          bodyBytesMax: defaultLimits.bodyBytesMax,
          connectMs,
          firstByteMs,
          responseIdleMs,
          timeoutMs: 0,
          encodedSlash: "refuse",
          balance: { strategy: "round-robin", hashBy: "caller", slowStartMs: 0 },
          health: undefined,
          outlier: undefined,
          ledger: undefined,
        },
      ],
    },
  };
}
