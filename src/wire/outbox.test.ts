/** What the fast path stands on: bytes of which nothing is queued are taken, free to overwrite. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { EventEmitter, once } from "node:events";
import net from "node:net";
import test, { type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Outbox } from "./outbox.ts";
import { scratch } from "./scratch.ts";

interface Pair {
  readonly near: net.Socket;
  readonly far: net.Socket;
}

async function pair(t: TestContext): Promise<Pair> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const near = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
  const [far] = (await once(server, "connection")) as [net.Socket];
  for (const socket of [near, far]) socket.on("error", () => {});
  t.after(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far };
}

/** Reads to the end, with rests, so that the sender has to wait now and then. */
async function readSlowly(socket: net.Socket): Promise<{ digest: string; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  let rested = 0;
  for await (const part of socket as AsyncIterable<Buffer>) {
    hash.update(part);
    bytes += part.length;
    if (bytes - rested < 4 * 1024 * 1024) continue;
    rested = bytes;
    await pause(10);
  }
  return { digest: hash.digest("hex"), bytes };
}

for (const encrypted of [false, true]) {
  const how = encrypted ? "copied" : "taken";
  test(`bytes are ${how} when send returns true, though the buffer is overwritten at once`, async (t) => {
    const { near, far } = await pair(t);
    const reading = readSlowly(far);
    const hash = createHash("sha256");
    const reused = Buffer.alloc(64 * 1024);
    let flushed = (): void => {};
    let waits = 0;
    const outbox = new Outbox(near, encrypted, () => flushed());
    let total = 0;
    for (let round = 0; total < 48 * 1024 * 1024; round++) {
      const from = round % 100;
      const to = reused.length - (round % 77);
      reused.fill(round % 251, from, to);
      hash.update(reused.subarray(from, to));
      total += to - from;
      const waiting = new Promise<void>((resolve) => (flushed = resolve));
      if (!outbox.send(reused, from, to)) {
        waits++;
        assert.equal(outbox.blocked, true);
        await waiting;
        assert.equal(outbox.blocked, false);
      }
      reused.fill(0xff);
    }
    near.end();
    const { digest, bytes } = await reading;
    assert.deepEqual([bytes, digest], [total, hash.digest("hex")]);
    assert.ok(waits > 0, "the reader was slow enough to make the sender wait");
  });
}

for (const encrypted of [false, true]) {
  const kind = encrypted ? "copies" : "vectors";
  test(`a head and a large range are sent in order as ${kind}, and both may be overwritten`, async (t) => {
    const { near, far } = await pair(t);
    const reading = readSlowly(far);
    const hash = createHash("sha256");
    const reused = Buffer.alloc(64 * 1024);
    let flushed = (): void => {};
    let waits = 0;
    const outbox = new Outbox(near, encrypted, () => flushed());
    for (let round = 0; round < 500; round++) {
      const to = reused.length - (round % 1_000);
      const head = `head ${round}\r\n`;
      const length = scratch().write(head, 0, "latin1");
      reused.fill(round % 251, 1, to);
      hash.update(head).update(reused.subarray(1, to));
      const waiting = new Promise<void>((resolve) => (flushed = resolve));
      if (!outbox.sendScratchAnd(length, reused, 1, to)) {
        waits++;
        await waiting;
      }
      scratch().fill(0xff, 0, 100);
      reused.fill(0xff);
    }
    near.end();
    assert.equal((await reading).digest, hash.digest("hex"));
    assert.ok(waits > 0);
  });
}

test("the scratch buffer is replaced when not all of it was taken", async (t) => {
  const { near, far } = await pair(t);
  far.pause();
  let flushes = 0;
  const outbox = new Outbox(near, false, () => flushes++);
  const hash = createHash("sha256");
  let taken = true;
  while (taken) {
    const before = scratch();
    before.fill(1, 0, 60_000);
    hash.update(before.subarray(0, 60_000));
    taken = outbox.sendScratch(60_000);
    assert.equal(scratch() === before, taken);
  }
  scratch().fill(2);
  assert.equal(flushes, 0);
  const reading = readSlowly(far);
  near.end();
  const { digest } = await reading;
  assert.equal(digest, hash.digest("hex"));
});

test("what is sent while somebody waits is flushed before they are told", async (t) => {
  const { near, far } = await pair(t);
  far.pause();
  let told = 0;
  const emptied = new EventEmitter();
  const outbox = new Outbox(near, false, () => {
    told++;
    emptied.emit("told");
    assert.equal(near.writableLength, 0);
  });
  const bytes = Buffer.alloc(1024 * 1024);
  while (outbox.send(bytes, 0, bytes.length));
  for (let count = 0; count < 5; count++) assert.equal(outbox.sendText("more"), false);
  far.resume();
  await once(emptied, "told");
  assert.equal(told, 1);
});

test("an end behind a wait loses nothing of what was sent", async (t) => {
  const { near, far } = await pair(t);
  far.pause();
  const failures: unknown[] = [];
  near.on("error", (failure) => failures.push(failure));
  const outbox = new Outbox(near, false, () => {});
  const bytes = Buffer.alloc(1024 * 1024);
  let total = 0;
  do total += bytes.length;
  while (outbox.send(bytes, 0, bytes.length));
  outbox.sendText("tail");
  near.end();
  const reading = await readSlowly(far);
  assert.deepEqual([reading.bytes, failures], [total + 4, []]);
});

test("nobody is told of a flush that never came", async (t) => {
  const { near, far } = await pair(t);
  far.pause();
  let told = 0;
  const outbox = new Outbox(near, false, () => told++);
  const bytes = Buffer.alloc(1024 * 1024);
  while (outbox.send(bytes, 0, bytes.length));
  near.destroy();
  await once(near, "close");
  assert.equal(told, 0);
});
