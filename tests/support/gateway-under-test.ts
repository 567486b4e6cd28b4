/**
 * A gateway in this process: with one pass-through service `/echo/*` whose only instance is given,
 * or with a configuration of the test's own. Tests talk to it over sockets alone.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultLimits, defaultTimeouts, type Limits, type Timeouts } from "#base/limits.ts";
import { nodePlatform, type Platform } from "#base/platform.ts";
import type { Configuration, Revision, Service } from "#configuration/configuration.ts";
import { standardPolicies } from "#app/standard-policies.ts";
import { proofSchemas } from "#app/configuration-schema.ts";
import { standardProofs } from "#app/standard-proofs.ts";
import { loadConfiguration } from "#configuration/load.ts";
import { createConfigurationSchema } from "#configuration/schema.ts";
import type { Policy } from "#extension/policy.ts";
import type { JsonSchema } from "#base/json-schema.ts";
import { createRevision } from "#configuration/revision.ts";
import { createGateway, type Gateway } from "#gateway/gateway.ts";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";
import type { Recorder } from "#gateway/recorder.ts";
import { openRecords } from "#state/open-records.ts";

export const basePath = "/base";

export interface GatewayOptions {
  readonly upstreamPort: number;
  readonly limits?: Partial<Limits>;
  readonly timeouts?: Partial<Timeouts>;
  readonly service?: Partial<Service>;
  readonly http2?: boolean;
}

export interface GatewayUnderTest {
  readonly port: number;
  /** How many exchanges have begun and ended so far. */
  readonly exchanges: () => { readonly begun: number; readonly done: number };
  /** How those that are over have ended. */
  readonly ends: readonly Pick<ExchangeRecord, "status" | "aborted" | "problem">[];
  readonly close: () => Promise<void>;
}

function configurationOf(options: GatewayOptions): Configuration {
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const timeouts: Timeouts = { ...defaultTimeouts, drainMs: 0, ...options.timeouts };
  const service: Service = {
    name: "echo",
    contractFile: undefined,
    speaks: undefined,
    maxLoss: undefined,
    instances: [
      {
        url: `http://127.0.0.1:${options.upstreamPort}${basePath}`,
        scheme: "http",
        host: "127.0.0.1",
        port: options.upstreamPort,
        socketPath: undefined,
        basePath,
        authority: `127.0.0.1:${options.upstreamPort}`,
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
        path: "/echo/*",
        methods: [],
        headers: {},
        stripPrefix: "/echo",
        source: { file: "parlance.yaml", line: 1, column: 1 },
      },
    ],
    host: "instance",
    bodyBytesMax: limits.bodyBytesMax,
    connectMs: timeouts.connectMs,
    firstByteMs: timeouts.firstByteMs,
    responseIdleMs: timeouts.responseIdleMs,
    timeoutMs: timeouts.totalMs,
    encodedSlash: "refuse",
    balance: { strategy: "round-robin", hashBy: "caller", slowStartMs: 0 },
    health: undefined,
    outlier: undefined,
    ledger: undefined,
    policies: [],
    ...options.service,
  };
  return {
    listen: {
      host: "127.0.0.1",
      port: 0,
      adminHost: "127.0.0.1",
      adminPort: 0,
      workers: 1,
      tls: undefined,
      http2: options.http2 ?? true,
      proxyProtocol: false,
      trustedProxies: [],
    },
    limits,
    timeouts,
    services: [service],
    callers: "open",
    ledger: undefined,
    policies: [],
    log: { level: "error", exchanges: "none" },
  };
}

export async function startGatewayUnderTest(options: GatewayOptions): Promise<GatewayUnderTest> {
  const configuration = configurationOf(options);
  const revision = { id: "0123456789abcdef", configuration, contracts: new Map() };
  return startGateway(revision, nodePlatform);
}

async function startGateway(
  revision: Revision,
  platform: Platform,
  recorder?: Recorder,
  policies: readonly Policy[] = standardPolicies,
): Promise<GatewayUnderTest & { readonly gateway: Gateway }> {
  let begun = 0;
  let done = 0;
  const ends: Pick<ExchangeRecord, "status" | "aborted" | "problem">[] = [];
  const { stateFolder } = revision.configuration;
  const records = stateFolder === undefined ? undefined : openRecords(stateFolder);
  const observer = {
    onBegin: () => void begun++,
    onRouted: () => undefined,
    onDone({ status, aborted, problem }: ExchangeRecord) {
      done++;
      ends.push({ status, aborted, problem });
    },
  };
  const gateway = createGateway(
    platform,
    observer,
    revision,
    () => ({ protocols: [], policies, proofs: standardProofs }),
    { recorder, records },
  );
  const port = await gateway.listen({ host: "127.0.0.1", port: 0, shared: false });
  return {
    port,
    gateway,
    exchanges: () => ({ begun, done }),
    ends,
    async close() {
      await gateway.drain();
      await records?.close();
    },
  };
}

/** What a parlance.yaml says, as plain values; JSON is YAML. */
export type PlainConfiguration = Readonly<Record<string, unknown>>;

export interface LoadedGateway extends GatewayUnderTest {
  readonly gateway: Gateway;
  /** Loads another configuration and makes it the current one. */
  readonly take: (plain: PlainConfiguration) => void;
}

/** A gateway whose configuration goes the whole way, from a file to a revision. */
export async function startLoadedGateway(
  plain: PlainConfiguration,
  platform: Platform = nodePlatform,
  recorder?: Recorder,
  policies: readonly Policy[] = standardPolicies,
): Promise<LoadedGateway> {
  const schema = createConfigurationSchema(
    Object.fromEntries(policies.map(({ name, options }) => [name, options])),
    proofSchemas,
  );
  const started = await startGateway(revisionOf(plain, schema), platform, recorder, policies);
  return { ...started, take: (next) => started.gateway.take(revisionOf(next, schema)) };
}

function revisionOf(plain: PlainConfiguration, schema: JsonSchema): Revision {
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  try {
    const path = join(folder, "parlance.yaml");
    writeFileSync(path, JSON.stringify({ version: 1, callers: "open", ...plain }));
    const { configuration, diagnostics } = loadConfiguration(path, {
      files: nodePlatform.files,
      env: {},
      schema,
    });
    if (configuration === undefined) throw new Error(JSON.stringify(diagnostics, null, 2));
    return createRevision(configuration);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
