import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { createLog, type LogRecord } from "#base/log.ts";
import { nodePlatform } from "#base/platform.ts";
import { issueCertificate, makeAuthority } from "#tests/support/certificates.ts";
import { runRedis } from "#tests/support/redis-server.ts";
import { lacks } from "#tests/support/tools.ts";
import type { openConnection } from "./connection.ts";
import { keepStore, type KeptStore } from "./keep-store.ts";

const skip = lacks("redis-server");
const add = {
  answers: 1,
  source: "return {redis.call('INCRBY', KEYS[1], ARGV[1])}",
};

interface Choices {
  readonly username?: string;
  readonly password?: string;
  readonly ca?: Buffer;
  readonly timeoutMs?: number;
}

function keep(
  context: TestContext,
  port: number,
  { username, password, ca, timeoutMs = 1_000 }: Choices = {},
  open?: typeof openConnection,
): { readonly store: KeptStore; readonly log: readonly LogRecord[] } {
  const log: LogRecord[] = [];
  const store = keepStore(
    {
      url: `valkey://127.0.0.1:${port}`,
      address: {
        ...{ host: "127.0.0.1", port, database: 0, username, password },
        tls: ca && { serverName: "localhost", ca, cert: undefined, key: undefined },
      },
      ...{ timeoutMs, prefix: "test:", whenAway: "local" },
    },
    nodePlatform,
    createLog(nodePlatform.clock.nowMs, (record) => log.push(record)),
    open,
  );
  context.after(() => store.close());
  return { store, log };
}

/** A server that answers each packet as told. */
async function runFake(
  context: TestContext,
  onData: (socket: Socket) => void,
): Promise<{ readonly port: number; readonly connections: () => number }> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on("data", () => onData(socket)).on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

test(
  "a step runs by its script, also when the server has forgotten it",
  { skip },
  async (context) => {
    const redis = await runRedis(context);
    const { store } = keep(context, redis.port);
    await store.settled;
    assert.equal(store.isUp, true);
    assert.deepEqual(await store.run(add, "a", [2]), [2]);
    assert.deepEqual(await store.run(add, "a", [3]), [5]);
    assert.deepEqual(await store.run(add, "b", [1]), [1]);
    assert.equal(store.missed, 0);
  },
);

test(
  "a script that answers anything but its integers counts as no answer",
  { skip },
  async (context) => {
    const redis = await runRedis(context);
    const { store } = keep(context, redis.port);
    await store.settled;
    for (const source of ["return 'x'", "return {1}", "return {1, 'x'}", "return nil", "no Lua"]) {
      assert.equal(await store.run({ answers: 2, source }, "a", []), undefined, source);
    }
    assert.equal(store.missed, 5);
  },
);

test(
  "another kind of key is told, and is no reason to leave the server",
  { skip },
  async (context) => {
    const redis = await runRedis(context);
    const { store, log } = keep(context, redis.port);
    await store.settled;
    await store.run({ answers: 1, source: "return {redis.call('LPUSH', KEYS[1], 1)}" }, "list", []);
    for (let count = 0; count < 5; count++)
      assert.equal(await store.run(add, "list", [1]), undefined);
    assert.deepEqual(await store.run(add, "a", [1]), [1]);
    assert.deepEqual([store.isUp, store.missed, log.length], [true, 5, 1]);
    assert.equal(log[0]?.event, "limit-store-bad-key");
    assert.match(
      log[0]?.message ?? "",
      /has under "test:list" what no gateway has put there \(.*WRONGTYPE.*\); remove it: each gateway/,
    );
  },
);

test("what is under way when it is finished has its answer", { skip }, async (context) => {
  const redis = await runRedis(context);
  const { store } = keep(context, redis.port);
  await store.settled;
  const answers = [1, 2, 3].map((number) => store.run(add, "a", [number]));
  await store.finish();
  assert.deepEqual(await Promise.all(answers), [[1], [3], [6]]);
  assert.equal(await store.run(add, "a", [1]), undefined);
});

test("a wrong password is told once, and not tried over and over", { skip }, async (context) => {
  const redis = await runRedis(context, ["--requirepass", "right"]);
  const { store, log } = keep(context, redis.port, { password: "wrong" });
  await store.settled;
  assert.equal(await store.run(add, "a", [1]), undefined);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(
    log.map(({ event }) => event),
    ["limit-store-away"],
  );
  assert.match(log[0]?.message ?? "", /WRONGPASS/);
  assert.doesNotMatch(JSON.stringify(log), /wrong"/);
  const right = keep(context, redis.port, { password: "right" }).store;
  await right.settled;
  assert.deepEqual(await right.run(add, "a", [1]), [1]);
});

test("it is met by TLS, and only with a certificate to believe", { skip }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-store-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const authority = makeAuthority(folder, "authority");
  const other = makeAuthority(folder, "other");
  const own = issueCertificate(folder, "server", authority, ["DNS:localhost"]);
  const files = ["--tls-cert-file", own.certFile, "--tls-key-file", own.keyFile];
  const more = ["--tls-ca-cert-file", authority.certFile, "--tls-auth-clients", "no"];
  const redis = await runRedis(context, [...files, ...more], true);
  const { store } = keep(context, redis.port, { ca: readFileSync(authority.certFile) });
  await store.settled;
  assert.deepEqual(await store.run(add, "a", [1]), [1]);
  const stranger = keep(context, redis.port, { ca: readFileSync(other.certFile) });
  await stranger.store.settled;
  assert.equal(stranger.store.isUp, false);
  assert.match(stranger.log[0]?.message ?? "", /certificate/);
});

test("a user with only the commands that the guide names is enough", { skip }, async (context) => {
  const commands = "eval evalsha get set time client select incrby".split(" ");
  const rights = commands.map((command) => `+${command}`);
  const user = ["--user", "parlance", "on", ">right", "~test:*", ...rights];
  const redis = await runRedis(context, user);
  const { store, log } = keep(context, redis.port, { username: "parlance", password: "right" });
  await store.settled;
  assert.deepEqual(log, []);
  assert.deepEqual(await store.run(add, "a", [1]), [1]);
});

for (const [what, options, choices, reason] of [
  ["a replica, which takes nothing,", ["--replicaof", "127.0.0.1", "1"], {}, /READONLY/],
  [
    "a user that may run no scripts",
    ["--user", "bare", "on", ">right", "~*", "+ping", "+client", "+select"],
    { username: "bare", password: "right" },
    /NOPERM/,
  ],
] as const) {
  test(`${what} is away from the beginning, and told once`, { skip }, async (context) => {
    const redis = await runRedis(context, options);
    const { store, log } = keep(context, redis.port, choices);
    await store.settled;
    assert.equal(store.isUp, false);
    for (let count = 0; count < 8; count++) {
      assert.equal(await store.run(add, "a", [1]), undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.deepEqual(
      log.map(({ event }) => event),
      ["limit-store-away"],
    );
    assert.match(log[0]?.message ?? "", reason);
  });
}

test(
  "a server that is too slow counts as away, and is asked by the keeper alone",
  { skip },
  async (context) => {
    const redis = await runRedis(context);
    const proxy = createServer((near) => {
      const far = connect(redis.port, "127.0.0.1");
      near.pipe(far).on("error", () => near.destroy());
      far.on("data", (bytes) => setTimeout(() => near.writable && near.write(bytes), 100));
      near.on("error", () => far.destroy()).on("close", () => far.destroy());
    }).listen(0, "127.0.0.1");
    context.after(() => void proxy.close());
    await once(proxy, "listening");
    const { port } = proxy.address() as AddressInfo;
    const { store, log } = keep(context, port, { timeoutMs: 20 });
    await store.settled;
    assert.equal(await store.run(add, "a", [1]), undefined);
    assert.match(log[0]?.message ?? "", /no answer within 20 ms/);
    const patient = keep(context, port, { timeoutMs: 500 }).store;
    await patient.settled;
    assert.deepEqual(await patient.run(add, "a", [1]), [1]);
  },
);

test("garbage ends the connection, kills nobody, and is tried again ever more rarely", async (context) => {
  const fake = await runFake(context, (socket) => socket.write("\x00garbage\r\n\xff\xff"));
  const { store, log } = keep(context, fake.port);
  await store.settled;
  assert.equal(await store.run(add, "a", [1]), undefined);
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.equal(log.length, 1);
  assert.ok(fake.connections() <= 5, `${fake.connections()} connections`);
});

test("after three steps in vain nobody asks it, until it answers the keeper again", async (context) => {
  let asked = 0;
  let opened = 0;
  const { store, log } = keep(context, 1, { timeoutMs: 20 }, async () => {
    opened++;
    const never = new Promise<never>(() => undefined);
    const run = () => {
      asked++;
      return opened > 1 ? Promise.resolve([7]) : never;
    };
    return { run, probe: () => Promise.resolve("OK"), destroy: () => undefined };
  });
  await store.settled;
  for (let count = 0; count < 3; count++) assert.equal(await store.run(add, "a", [1]), undefined);
  assert.deepEqual([store.isUp, asked, opened], [false, 3, 1]);
  assert.equal(await store.run(add, "a", [1]), undefined);
  assert.deepEqual([store.missed, asked], [4, 3]);
  while (!store.isUp) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(await store.run(add, "a", [1]), [7]);
  const events = log.map(({ event }) => event);
  assert.deepEqual(events, ["limit-store-away", "limit-store-back"]);
});
