import assert from "node:assert/strict";
import test from "node:test";
import type { NameServers, Platform } from "#base/platform.ts";
import type { Discovery, DnsSource, Instance } from "#configuration/configuration.ts";
import { watchName } from "./dns-source.ts";

const tls = {
  ...{ serverName: "", caFile: undefined, certFile: undefined, keyFile: undefined, verify: true },
};

function sourceOf(kind: DnsSource["kind"], scheme: "http" | "https" = "http"): DnsSource {
  const host = kind === "service" ? "_up._tcp.test" : "up.test";
  const address = { scheme, host, port: 81, socketPath: undefined, basePath: "/x" };
  return {
    kind,
    url: `${scheme}://${host}:81/x/`,
    address: { ...address, authority: `${host}:81` },
  };
}

const discovery: Discovery = {
  ...{ http2: false, serverName: undefined, tls, names: [], leases: undefined },
  resolver: { servers: [], everyMs: 10_000, keepMs: 5_000 },
};

/** One whose DNS is a table, and whose time goes on when it is told. */
function watch(source: DnsSource, answers: Partial<NameServers>) {
  const found: (readonly Instance[])[] = [];
  const told: string[] = [];
  const waits: number[] = [];
  let nowMs = 0;
  let next = (): void => undefined;
  const nobody = () => Promise.reject(Object.assign(new Error("none"), { code: "ENODATA" }));
  const platform = {
    sockets: { nameServers: () => ({ addresses: nobody, services: nobody, ...answers }) },
    clock: { monotonicMs: () => nowMs },
    timers: {
      after(delayMs: number, run: () => void) {
        waits.push(delayMs);
        next = run;
        return () => undefined;
      },
    },
  } as unknown as Platform;
  const watched = watchName(source, discovery, platform, false, {
    onFound: (instances) => void found.push(instances),
    onFailed: (reason) => void told.push(`failed: ${reason}`),
    onGivenUp: () => void told.push("given up"),
  });
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    next();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { watched, found, told, waits, pass };
}

test("addresses of both families are instances that keep the name for Host and certificates", async () => {
  const { watched, found } = watch(sourceOf("address", "https"), {
    addresses: async (_host, family) =>
      family === 4 ? [{ address: "10.0.0.2", ttlS: 9 }] : [{ address: "fd00::1", ttlS: 3 }],
  });
  await watched.first;
  const seen = found[0]?.map(({ url, host, port, authority, tls: own }) => [
    ...[url, host, port, authority, own?.serverName],
  ]);
  assert.deepEqual(seen, [
    ["https://10.0.0.2:81/x/", "10.0.0.2", 81, "up.test:81", "up.test"],
    ["https://[fd00::1]:81/x/", "fd00::1", 81, "up.test:81", "up.test"],
  ]);
});

for (const [ttlS, waitMs] of [
  [0, 1_000],
  [4, 4_000],
  [86_400, 10_000],
] as const) {
  test(`records that hold for ${ttlS} s are looked up again after ${waitMs} ms`, async () => {
    const { watched, waits } = watch(sourceOf("address"), {
      addresses: async () => [{ address: "10.0.0.2", ttlS }],
    });
    await watched.first;
    assert.deepEqual(waits, [waitMs]);
  });
}

test("SRV targets that have no address are left out, and `.` is no target", async () => {
  const record = (name: string, port: number, weight: number) => ({
    ...{ name, port, priority: 3, weight },
  });
  let targets = [record("Here.test", 1, 0), record("gone.test", 2, 5)];
  const { watched, found, told, pass } = watch(sourceOf("service"), {
    services: async () => targets,
    addresses: async (host, family) => {
      if (host !== "Here.test" || family === 6) throw new Error("none");
      return [{ address: "10.0.0.2", ttlS: 1 }];
    },
  });
  await watched.first;
  const [one, ...others] = found[0] ?? [];
  assert.deepEqual(others, []);
  const { url, authority, priority, weight } = one ?? {};
  assert.deepEqual(
    [url, authority, priority, weight],
    ["http://10.0.0.2:1/x/", "here.test:1", 3, 1],
  );
  targets = [record(".", 0, 0)];
  await pass(1_000);
  assert.deepEqual(told, ["failed: SRV records of _up._tcp.test: no target"]);
});

test("while one part of the answer is missing, what was found by it before stays, for a time", async () => {
  let fails: string | undefined;
  const { watched, found, pass } = watch(sourceOf("address"), {
    addresses: async (_host, family) => {
      if (family === 4 && fails !== undefined) {
        throw Object.assign(new Error("x"), { code: fails });
      }
      return [{ address: family === 4 ? "10.0.0.2" : "fd00::1", ttlS: 1 }];
    },
  });
  await watched.first;
  const hosts = () => found.at(-1)?.map(({ host }) => host);
  fails = "ETIMEOUT";
  await pass(1_000);
  assert.deepEqual(hosts(), ["10.0.0.2", "fd00::1"]);
  await pass(5_000);
  assert.deepEqual(hosts(), ["fd00::1"]);
  fails = undefined;
  await pass(1_000);
  assert.deepEqual(hosts(), ["10.0.0.2", "fd00::1"]);
  // That there is none is an answer, too.
  fails = "ENODATA";
  await pass(1_000);
  assert.deepEqual(hosts(), ["fd00::1"]);
});

test("SRV targets whose addresses cannot be looked up keep those that they had", async () => {
  let fails: string | undefined;
  const { watched, found, pass } = watch(sourceOf("service"), {
    services: async () =>
      ["one.test", "two.test"].map((name) => ({ name, port: 1, priority: 0, weight: 1 })),
    addresses: async (host, family) => {
      const code = family === 6 ? "ENODATA" : host === "two.test" ? fails : undefined;
      if (code !== undefined) throw Object.assign(new Error("x"), { code });
      return [{ address: host === "one.test" ? "10.0.0.1" : "10.0.0.2", ttlS: 1 }];
    },
  });
  await watched.first;
  fails = "ESERVFAIL";
  await pass(1_000);
  assert.deepEqual(
    found.at(-1)?.map(({ host }) => host),
    ["10.0.0.1", "10.0.0.2"],
  );
  fails = "ENOTFOUND";
  await pass(1_000);
  assert.deepEqual(
    found.at(-1)?.map(({ host }) => host),
    ["10.0.0.1"],
  );
});

test("failures are told once, tried ever more rarely, and end what was found in time", async () => {
  let isThere = true;
  const { watched, found, told, waits, pass } = watch(sourceOf("address"), {
    addresses: async () => {
      if (isThere) return [{ address: "10.0.0.2", ttlS: 1 }];
      throw Object.assign(new Error("x"), { code: "ETIMEOUT" });
    },
  });
  await watched.first;
  isThere = false;
  for (const ms of [1_000, 1_000, 2_000, 4_000, 8_000]) await pass(ms);
  assert.deepEqual(waits, [1_000, 1_000, 2_000, 4_000, 8_000, 10_000]);
  const reason = "addresses of up.test: no DNS server answered in time";
  assert.deepEqual(told, [`failed: ${reason}`, "given up"]);
  isThere = true;
  await pass(10_000);
  assert.equal(found.length, 2);
  assert.equal(waits.at(-1), 1_000);
});

test("a name that leads to very many addresses is cut off", async () => {
  const { watched, found } = watch(sourceOf("address"), {
    addresses: async (_host, family) =>
      Array.from({ length: family === 4 ? 5_000 : 0 }, (_, index) => ({
        address: `10.0.${index >> 8}.${index & 255}`,
        ttlS: 1,
      })),
  });
  await watched.first;
  assert.equal(found[0]?.length, 1_000);
});
