import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test, { type TestContext } from "node:test";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import type { DurableRecords, NewRecord } from "#base/durable-records.ts";
import { openRecords, type OpenRecords } from "./open-records.ts";

const nowMs = 1_790_000_000_000;

function open(context: TestContext, folder: string): OpenRecords {
  const records = openRecords(folder);
  records.prepare();
  context.after(() => records.close());
  return records;
}

const record = (key: string, value: string, more: Partial<NewRecord> = {}): NewRecord => ({
  ...{ scope: "s", key, value: Buffer.from(value), nowMs, untilMs: nowMs + 1_000 },
  scopeBytesMax: 10_000,
  ...more,
});

async function claimed(records: DurableRecords, asked: NewRecord): Promise<string> {
  const claim = await records.claim(asked);
  return claim.kind === "present" ? Buffer.from(claim.value).toString() : claim.kind;
}

test("a record is kept once, until its time is over or it is removed", async (context) => {
  const records = open(context, temporaryFolder(context));
  assert.equal(await claimed(records, record("a", "one")), "kept");
  assert.equal(await claimed(records, record("a", "two")), "one");
  assert.equal(await claimed(records, record("a", "two", { scope: "other" })), "kept");
  await records.replace(record("a", "three"));
  assert.equal(await claimed(records, record("a", "four")), "three");
  assert.equal(await claimed(records, record("a", "five", { nowMs: nowMs + 1_000 })), "kept");
  await records.remove("s", "a");
  assert.equal(await claimed(records, record("a", "six")), "kept");
});

test("two threads and one file: of claims at once one is kept", async (context) => {
  const folder = temporaryFolder(context);
  const both = [open(context, folder), open(context, folder)];
  const asks = Array.from({ length: 100 }, (_, number) =>
    claimed(both[number % 2] as OpenRecords, record(`key ${number >> 2}`, `${number}`)),
  );
  const kept = (await Promise.all(asks)).filter((found) => found === "kept");
  assert.equal(kept.length, 25);
});

test("what records take is bounded by scope, and comes back when they go", async (context) => {
  const records = open(context, temporaryFolder(context));
  const more = { scopeBytesMax: 1_000 };
  const fill = async (from: number): Promise<number> => {
    for (let number = from; ; number++) {
      const claim = await claimed(records, record(`k${number}`, "x".repeat(100), more));
      if (claim === "full") return number - from;
    }
  };
  const room = await fill(0);
  assert.ok(room >= 3 && room <= 8, `${room}`);
  assert.equal(await claimed(records, record("k1", "another", more)), "x".repeat(100));
  await records.remove("s", "k1");
  assert.equal(await fill(100), 1);
  const later = { nowMs: nowMs + 2_000, untilMs: nowMs + 4_000, ...more };
  assert.equal(await claimed(records, record("later", "x".repeat(100), later)), "kept");
  const replaced = await records.replace(record("later", "y".repeat(2_000), later));
  assert.equal(replaced.kind, "full");
  assert.equal(await claimed(records, record("later", "", later)), "x".repeat(100));
});

test("counts are taken up to their bound, by several threads, and given back", async (context) => {
  const folder = temporaryFolder(context);
  const both = [open(context, folder), open(context, folder)];
  const count = { key: "c", wanted: 3, max: 100, nowMs, untilMs: nowMs + 1_000 };
  const asks = Array.from({ length: 60 }, (_, number) =>
    (both[number % 2] as OpenRecords).take(count),
  );
  const granted = (await Promise.all(asks)).map((taken) => taken.granted);
  assert.equal(
    granted.reduce((sum, one) => sum + one, 0),
    100,
  );
  const [records] = both as [OpenRecords];
  assert.deepEqual(await records.take(count), { granted: 0, taken: 100 });
  await records.giveBack("c", 7);
  assert.deepEqual(await records.take({ ...count, wanted: 9 }), { granted: 7, taken: 100 });
  const later = { ...count, nowMs: nowMs + 1_000, untilMs: nowMs + 2_000 };
  assert.deepEqual(await records.take(later), { granted: 3, taken: 3 });
});

test("all that was asked for is done before it is closed", async (context) => {
  const folder = temporaryFolder(context);
  const first = open(context, folder);
  const asks = Array.from({ length: 700 }, (_, number) =>
    first.claim(record(`k${number}`, `${number}`, { scopeBytesMax: 1e9 })),
  );
  await first.close();
  assert.ok((await Promise.all(asks)).every(({ kind }) => kind === "kept"));
  assert.equal(await claimed(open(context, folder), record("k699", "")), "699");
});

test("only its owner can read it", async (context) => {
  const folder = join(temporaryFolder(context), "state");
  const records = open(context, folder);
  await records.claim(record("a", "secret"));
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test("a file that is none is told to each who asks, and nothing else happens", async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, "records.sqlite"), "no database at all, but long".repeat(100));
  const records = open(context, folder);
  for (let count = 0; count < 2; count++) {
    await assert.rejects(records.claim(record("a", "one")), /records is gone: .*not a database/s);
  }
});

test("records of a version that is not known are told, and left as they are", async (context) => {
  const folder = temporaryFolder(context);
  const newer = new DatabaseSync(join(folder, "records.sqlite"));
  newer.exec("CREATE TABLE records (anything TEXT); PRAGMA user_version = 7");
  const records = open(context, folder);
  const asked = records.claim(record("a", "one"));
  await assert.rejects(asked, /its records are of version 7; expected version 1/);
  assert.deepEqual(newer.prepare("SELECT * FROM records").all(), []);
  newer.close();
});
