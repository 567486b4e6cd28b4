import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeEntry } from "./decode-entry.ts";
import { encodeEntry } from "./encode-entry.ts";
import type { EntryOf } from "./entry.ts";
import { EntryWriter } from "./entry-writer.ts";
import { readStamp, type EntryStamp } from "./entry-stamp.ts";
import { fields } from "./fields.ts";
import { typicalEntry } from "./typical-entry-fixture.ts";

const id = (digit: string): string => digit.repeat(32);

/** With all that may be there besides. */
const typical: EntryOf<"exchange"> = {
  ...typicalEntry,
  run: 70_123,
  responseType: "application/json; charset=utf-8",
  trace: id("a"),
  parentSpan: "00f067aa0ba902b7",
};

test("an entry decodes to what was encoded, and a typical one has at most 400 bytes", (t) => {
  const bytes = encodeEntry(typical);
  t.diagnostic(`a typical entry with four commitments has ${bytes.length} bytes`);
  assert.deepEqual(decodeEntry(bytes), typical);
  assert.ok(bytes.length <= 400, `${bytes.length} bytes`);
});

const minimal = { timeUs: 1_795_000_000_000_000 };

test("a long text is cut at a character, and the entry says which", () => {
  const reason = "é".repeat(200);
  const decoded = decodeEntry(encodeEntry({ kind: "stop", ...minimal, reason }));
  const cut = [fields.reason.key];
  assert.deepEqual(decoded, { kind: "stop", ...minimal, reason: "é".repeat(128), cut });
  const odd = decodeEntry(encodeEntry({ kind: "stop", ...minimal, reason: `x${reason}` }));
  assert.deepEqual(odd, { kind: "stop", ...minimal, reason: `x${"é".repeat(127)}`, cut });
});

test("a long list is cut, and the entry says so", () => {
  const exchanges = Array.from({ length: 150 }, () => id("b"));
  const gap: EntryOf<"gap"> = { kind: "gap", ...minimal, count: 150, reason: "full", exchanges };
  const decoded = decodeEntry(encodeEntry(gap));
  const cut = [fields.exchanges.key];
  assert.deepEqual(decoded, { ...gap, exchanges: exchanges.slice(0, 100), cut });
});

test("a text that looks like the encoding of fields stays a text", () => {
  const reason = Buffer.from("a10001f5181848", "hex").toString("latin1");
  const entry: EntryOf<"stop"> = { kind: "stop", ...minimal, reason };
  assert.deepEqual(decodeEntry(encodeEntry(entry)), entry);
});

test("one writer writes entries of few and of many fields as others do", () => {
  const writer = new EntryWriter();
  const write = (into: EntryWriter, count: number): string => {
    const out = Buffer.alloc(1_000);
    into.begin(out, 3, "exchange", 7, minimal.timeUs);
    for (let more = 4; more < count; more++) into.uint(20 + more, more * 1_000);
    return out.toString("hex", 3, into.end());
  };
  for (const count of [5, 23, 24, 25, 23, 40, 40, 5]) {
    const written = write(writer, count);
    assert.equal(written, write(new EntryWriter(), count));
    const head = count > 23 ? [0xb8, count] : [0xa0 | count];
    assert.equal(written.startsWith(Buffer.from(head).toString("hex")), true);
  }
});

test("the stamp of an entry is read from its first bytes", () => {
  const stamp: EntryStamp = { code: 0, timeUs: 0, exchangeAt: 0 };
  for (const [entry, code] of [
    [typical, 0],
    [{ kind: "stop", ...minimal, reason: "SIGTERM" }, 3],
  ] as const) {
    const bytes = Buffer.concat([Buffer.alloc(7), encodeEntry(entry)]);
    readStamp(bytes, 7, bytes.length, stamp);
    assert.equal(stamp.code, code);
    assert.equal(stamp.timeUs, entry.timeUs);
    if (entry.kind !== "exchange") assert.equal(stamp.exchangeAt, -1);
    else {
      const at = stamp.exchangeAt;
      assert.equal(bytes.toString("hex", at, at + 16), entry.exchange);
    }
  }
});
