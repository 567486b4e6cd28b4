import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import type { Entry } from "#ledger/entry/entry.ts";
import { createFixture } from "./fixture.ts";
import { MissedEntries } from "./missed-entries.ts";
import { takeSurplus } from "./ring-memory.ts";

test("entries become durable in order, with their index and leaf hash", () => {
  const { send, queue, loop, log, told, wakes } = createFixture();
  for (const entry of ["a", "b", "c"]) send(entry);
  queue.poll();
  assert.deepEqual(told, []);
  assert.equal(loop.turn(), true);
  assert.deepEqual(log.entries, ["a", "b", "c"]);
  assert.equal(wakes(), 1);
  queue.poll();
  assert.deepEqual(told, ["a at 0 true", "b at 1 true", "c at 2 true"]);
  assert.equal(loop.turn(), false);
});

test("who waits for the write only is told before the sync, and nobody is woken for others", () => {
  const { send, queue, loop, told, wakes, log } = createFixture();
  send("w", "written");
  send("r", "nothing");
  log.sync = () => {
    queue.poll();
    assert.deepEqual(told, ["w written"]);
  };
  loop.turn();
  queue.poll();
  assert.deepEqual(told, ["w written"]);
  send("r", "nothing");
  const before = wakes();
  loop.turn();
  assert.equal(wakes(), before);
});

for (const failing of ["write", "sync"] as const) {
  test(`when the ${failing} fails, entries are given up, and a gap entry tells of them`, () => {
    const { send, queue, loop, log, told, events, bell, clock, counts } = createFixture();
    log.failing = failing;
    send("a");
    loop.turn();
    assert.equal(bell.state, "failed");
    send("b");
    send("c", "nothing");
    loop.turn();
    queue.poll();
    assert.deepEqual(told, ["a not durable", "b not durable"]);
    assert.equal(counts().missed, 3);
    // Nothing is tried before its time.
    loop.turn();
    assert.equal(log.reopened, 0);
    log.failing = "nothing";
    clock.ms += 1_000;
    loop.turn();
    assert.equal(bell.state, "open");
    send("d");
    loop.turn();
    queue.poll();
    assert.deepEqual(log.entries, ["gap 3 cannot x: full", "d"]);
    assert.equal(told.at(-1), "d at 1 true");
    assert.deepEqual(events, ["failed: cannot x: full", "recovered: 3 missed"]);
    const { gaps, missed, missedTold, failures } = counts();
    assert.deepEqual(
      { gaps, missed, missedTold, failures },
      {
        gaps: 1,
        missed: 0,
        missedTold: 3,
        failures: 1,
      },
    );
  });
}

test("a gap counts exchanges: no intents, and all that a missed gap told of", () => {
  const missed = new MissedEntries();
  const add = (entry: Entry): void => {
    const bytes = encodeEntry(entry);
    missed.add(bytes, 0, bytes.length);
  };
  const [one, two] = ["1", "2"].map((id) => id.padStart(32, "0")) as [string, string];
  missed.begin(9_000, "the disk is full");
  add({ kind: "intent", timeUs: 9_000, exchange: one, revision: "0011223344556677" });
  assert.equal(missed.count, 0);
  add({ kind: "lost", timeUs: 9_000, exchange: one, reason: "for the test" });
  const told = { count: 500, sinceUs: 4_000, exchanges: [two], reason: "it did not keep up" };
  add({ kind: "gap", timeUs: 9_000, ...told });
  assert.deepEqual(missed.value, {
    count: 501,
    exchanges: [one, two],
    sinceUs: 4_000,
    reason: "the disk is full",
  });
});

test("a disk that stays full is tried once a second, and nothing is told twice", () => {
  const { loop, log, clock, send, events } = createFixture();
  log.failing = "all";
  send("a");
  for (let second = 0; second < 5; second++) {
    loop.turn();
    clock.ms += 1_000;
  }
  assert.deepEqual(events, ["failed: cannot x: full"]);
  // It can be opened again, but not written.
  log.failing = "sync";
  loop.turn();
  assert.equal(log.reopened, 1);
  assert.equal(loop.hasFailed, true);
  log.failing = "nothing";
  clock.ms += 1_000;
  loop.turn();
  assert.deepEqual(log.entries, ["gap 1 cannot x: full"]);
});

test("a full ring makes waiters wait, in order, and lets go what nobody waits for", () => {
  const { send, queue, loop, log, told } = createFixture(40_000);
  const big = "x".repeat(40_000);
  let sent = 0;
  while (queue.pending < 60) send(`${sent++} ${big}`.slice(0, 40_000));
  assert.equal(send("relaxed", "nothing"), false);
  assert.equal(send("relaxed", "nothing"), false);
  send("strict");
  for (let turns = 0; turns < 20; turns++) {
    loop.turn();
    queue.poll();
  }
  assert.equal(told.length, sent + 1);
  assert.ok(told.every((line) => line.endsWith("true")));
  assert.deepEqual(
    log.entries.slice(sent).map((entry) => entry.slice(0, 10)),
    ["strict", "dropped 2"],
  );
  assert.equal(queue.pending, 0);
});

test("when more wait than can be kept, the rest is refused and told in a gap entry", () => {
  const { send, queue, loop, log } = createFixture(40_000);
  const big = "x".repeat(40_000);
  let accepted = 0;
  while (send(big)) accepted++;
  assert.ok(accepted > 200 && accepted < 300, `${accepted} were kept`);
  for (let turns = 0; turns < 50; turns++) {
    loop.turn();
    queue.poll();
  }
  assert.equal(log.entries.length, accepted + 1);
  assert.equal(log.entries.at(-1), "dropped 1");
});

test("a ring goes round many times without mixing entries up", () => {
  const { send, queue, loop, log, told } = createFixture();
  const sent: string[] = [];
  for (let number = 0; number < 60_000; number++) {
    const entry = `${number}`.padEnd(20 + ((number * 7919) % 900), "y");
    sent.push(entry);
    send(entry);
    if (number % 113 === 0) {
      loop.turn();
      queue.poll();
    }
  }
  loop.turn();
  loop.turn();
  queue.poll();
  assert.equal(told.length, sent.length);
  assert.deepEqual(log.entries, sent);
  assert.ok(told.every((line) => line.endsWith("true")));
});

test("a new ledger thread goes on where the one before died", () => {
  const { send, queue, loop, newLoop, log, told } = createFixture();
  send("a");
  loop.turn();
  send("b");
  // It dies while it commits b: taken, not settled.
  log.write = () => {
    throw new Error("dies");
  };
  assert.throws(() => loop.turn(), /dies/);
  log.write = () => undefined;
  log.reopen();
  send("c");
  newLoop().turn();
  queue.poll();
  assert.deepEqual(
    told.map((line) => line[0]),
    ["a", "b", "c"],
  );
});

test("what a dead worker had published is committed before its ring goes", () => {
  const { send, loop, log } = createFixture();
  send("a");
  loop.retireRing(0);
  send("b");
  loop.turn();
  assert.deepEqual(log.entries, ["a", "b"]);
  send("too late");
  assert.equal(loop.turn(), false);
});

test("the bell is told by how much more than three of four callers wait", () => {
  const { queue, send, loop, bell, callers } = createFixture();
  let surplus = 0;
  bell.shift = (change) => void (surplus += change);
  bell.isAwaited = (change) => {
    surplus += change;
    return false;
  };
  const after = (waitFor: "durable" | "written" | "nothing"): number => {
    send("entry", waitFor);
    return surplus;
  };
  callers.count = 4;
  assert.deepEqual([after("durable"), after("written"), after("nothing")], [-8, -4, -4]);
  assert.equal(after("durable"), 0);
  loop.turn();
  queue.poll();
  assert.equal(surplus, -12, "nobody waits any more");
  callers.count = 1;
  assert.equal(after("durable"), 1);
  loop.turn();
  queue.poll();
  callers.count = 0;
  queue.poll();
  assert.equal(surplus, 0, "who has gone does not count, although nothing was sent since");
});

test("the bell is rung where the ledger thread waits for it, and not where it works", () => {
  const { send, bell } = createFixture();
  let isAwaited = true;
  let rings = 0;
  bell.isAwaited = () => isAwaited;
  bell.ring = () => void rings++;
  send("a");
  assert.equal(rings, 1);
  isAwaited = false;
  send("b");
  assert.equal(rings, 1);
});

test("what a worker that has died had told the bell can be taken back, once", () => {
  const { send, memory, callers } = createFixture();
  callers.count = 4;
  send("a");
  assert.deepEqual([takeSurplus(memory), takeSurplus(memory)], [-8, 0]);
});

test("when no room can be prepared, entries go on being recorded, and it is told once", () => {
  const { send, loop, log, clock, events } = createFixture();
  let tries = 0;
  log.settle = () => {
    tries++;
    throw Object.assign(new Error("full"), { code: "ENOSPC", syscall: "write" });
  };
  for (const entry of ["a", "b", "c"]) {
    send(entry);
    loop.turn();
  }
  assert.deepEqual([log.entries, tries], [["a", "b", "c"], 1]);
  clock.ms += 1_000;
  loop.turn();
  assert.equal(tries, 2);
  assert.deepEqual(events, ["not settled: full"]);
});

test("what can wait goes on when no entries come, and stands back after an error", () => {
  const { send, loop, log } = createFixture();
  const answers = [true, true, false];
  log.settle = () => answers.shift() ?? assert.fail("asked again");
  send("a");
  loop.turn();
  assert.equal(loop.idleMs, 2);
  loop.turn();
  assert.equal(loop.idleMs, 2);
  loop.turn();
  assert.equal(loop.idleMs, 1_000);
  answers.push(true);
  loop.turn();
  log.settle = () => {
    throw Object.assign(new Error("full"), { code: "ENOSPC", syscall: "write" });
  };
  loop.turn();
  assert.equal(loop.idleMs, 1_000);
});

test("a checkpoint is made once a second, and only of a tree that has grown", () => {
  const { send, loop, log, clock, counts } = createFixture();
  send("a");
  loop.turn();
  assert.equal(log.checkpoints, 1);
  send("b");
  loop.turn();
  assert.equal(log.checkpoints, 1);
  clock.ms += 1_000;
  loop.turn();
  assert.equal(log.checkpoints, 2);
  clock.ms += 1_000;
  loop.turn();
  assert.equal(log.checkpoints, 2);
  assert.equal(counts().checkpointSize, 2);
  assert.equal(counts().checkpointAtMs, clock.ms);
});
