import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test from "node:test";
import { defaultGraphqlSettings } from "#base/graphql-settings.ts";
import { defaultLimits, defaultTimeouts } from "#base/limits.ts";
import { nodePlatform } from "#base/platform.ts";
import { brief, loadText } from "#tests/support/load-text.ts";
import { packCallers } from "./callers.ts";
import { loadConfiguration } from "./load.ts";
import { createConfigurationSchema } from "./schema.ts";

const configurationSchema = createConfigurationSchema({});

const minimal = `version: 1
services:
  orders:
    instances: ["http://127.0.0.1:9101/base/"]
`;

test("a minimal file becomes a configuration in which every default is decided", () => {
  const { configuration, diagnostics } = loadText(minimal);
  assert.deepEqual(diagnostics.map(brief), ["1:1 warning nobody-may-call"]);
  assert.deepEqual(configuration, {
    listen: {
      host: "0.0.0.0",
      port: 8080,
      adminHost: "127.0.0.1",
      adminPort: 8081,
      workers: 4,
      http2: true,
      proxyProtocol: false,
      trustedProxies: [],
      text: [],
      tls: undefined,
    },
    limits: defaultLimits,
    timeouts: defaultTimeouts,
    services: [
      {
        name: "orders",
        contractFile: undefined,
        speaks: undefined,
        offers: { mcp: [] },
        maxLoss: undefined,
        instances: [
          {
            url: "http://127.0.0.1:9101/base/",
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
        routes: [
          {
            id: "default",
            host: undefined,
            path: "/orders/*",
            methods: [],
            headers: {},
            stripPrefix: "/orders",
            source: { file: "parlance.yaml", line: 3, column: 3 },
          },
        ],
        host: "instance",
        bodyBytesMax: defaultLimits.bodyBytesMax,
        connectMs: defaultTimeouts.connectMs,
        firstByteMs: defaultTimeouts.firstByteMs,
        responseIdleMs: defaultTimeouts.responseIdleMs,
        timeoutMs: defaultTimeouts.totalMs,
        encodedSlash: "refuse",
        balance: { strategy: "round-robin", hashBy: "caller", slowStartMs: 0 },
        health: undefined,
        outlier: undefined,
        ledger: { mode: "strict", capture: "digest", operations: {}, sensitive: [] },
        policies: [],
      },
    ],
    callers: packCallers([]),
    graphql: defaultGraphqlSettings,
    ledger: {
      path: resolve("data/ledger"),
      checkpoints: resolve("data/ledger-checkpoints"),
      origin: undefined,
      mode: "strict",
      capture: "digest",
      retention: { days: 0, bytesMax: 0 },
    },
    stateFolder: resolve("data/state"),
    log: { level: "info", exchanges: "failures" },
    policies: [],
  });
});

test("a service takes the general time-outs and limits unless it sets its own", () => {
  const { configuration } = loadText(`version: 1
timeouts: { connectMs: 11, firstByteMs: 12, responseIdleMs: 13, totalMs: 14 }
limits: { bodyBytesMax: 15 }
services:
  own: { instances: ["http://a"], connectMs: 1, firstByteMs: 2, responseIdleMs: 3,
         timeoutMs: 4, bodyBytesMax: 0 }
  general: { instances: ["http://a"] }
`);
  const values = configuration?.services.map((service) => [
    service.connectMs,
    service.firstByteMs,
    service.responseIdleMs,
    service.timeoutMs,
    service.bodyBytesMax,
  ]);
  assert.deepEqual(values, [
    [1, 2, 3, 4, 0],
    [11, 12, 13, 14, 15],
  ]);
});

test("all keys of listen, instances and log are taken over", () => {
  const { configuration, diagnostics } = loadText(`version: 1
listen:
  { host: "::", port: 0, adminHost: localhost, adminPort: 0, workers: 2, http2: false,
    proxyProtocol: true, trustedProxies: [10.0.0.0/8, "::1", 192.0.2.7] }
services:
  a:
    host: caller
    encodedSlash: pass
    http2: true
    instances:
      - https://a.example
      - { url: "https://[::1]:9443", http2: false, tls: { serverName: B.example, verify: true } }
      - unix:/run/a.sock:/base
callers: open
log: { level: debug, exchanges: all }
`);
  assert.deepEqual(diagnostics.map(brief), ["14:10 info open-to-anybody"]);
  assert.deepEqual(configuration?.listen, {
    host: "::",
    port: 0,
    adminHost: "localhost",
    adminPort: 0,
    workers: 2,
    http2: false,
    proxyProtocol: true,
    trustedProxies: ["10.0.0.0/8", "::1/128", "192.0.2.7/32"],
    text: [],
    tls: undefined,
  });
  const [service] = configuration.services;
  assert.deepEqual([service?.host, service?.encodedSlash], ["caller", "pass"]);
  assert.deepEqual(
    service?.instances.map(({ authority, http2, socketPath, tls }) => [
      authority,
      http2,
      socketPath,
      tls?.serverName,
    ]),
    [
      ["a.example", true, undefined, "a.example"],
      ["[::1]:9443", false, undefined, "b.example"],
      ["localhost", true, "/run/a.sock", undefined],
    ],
  );
  assert.equal(configuration.callers, "open");
  assert.deepEqual(configuration.log, { level: "debug", exchanges: "all" });
});

test("a file that is a folder, is missing or may not be read is one diagnostic each", () => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-"));
  try {
    const surroundings = { files: nodePlatform.files, env: {}, schema: configurationSchema };
    const asFolder = loadConfiguration(folder, surroundings);
    const missing = loadConfiguration(join(folder, "none.yaml"), surroundings);
    const readUpTo = () => {
      throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
    };
    const refused = loadConfiguration("x.yaml", {
      files: { readUpTo },
      env: {},
      schema: configurationSchema,
    });
    assert.deepEqual(
      [asFolder, missing, refused].map(({ diagnostics }) => diagnostics.map((one) => one.message)),
      [
        ["the configuration cannot be read: it is a folder"],
        ["the configuration cannot be read: there is no such file"],
        ["the configuration cannot be read: permission denied"],
      ],
    );
    assert.deepEqual(
      [asFolder, missing, refused].map(({ configuration }) => configuration),
      [undefined, undefined, undefined],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a device without an end is read up to the limit only", () => {
  const { diagnostics } = loadConfiguration("/dev/zero", {
    files: nodePlatform.files,
    env: {},
    schema: configurationSchema,
  });
  assert.deepEqual(diagnostics.map(brief), ["1:1 error file-too-large"]);
});

test("findings beyond the number anybody reads are counted, and errors are shown first", () => {
  const keys = Array.from({ length: 200 }, (_, index) => `key${index}: 1\n`).join("");
  const { diagnostics } = loadText(`\ufeff${minimal}${keys}`);
  assert.equal(diagnostics.length, 51);
  assert.equal(diagnostics.filter(({ severity }) => severity === "error").length, 50);
  assert.equal(diagnostics.at(-1)?.message, "151 more findings are not shown");
});
