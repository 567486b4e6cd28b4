import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { DocumentFault } from "#contract/document-fault.ts";
import { readEvents, type ServerEvent } from "./read-events.ts";
import { writeComment, writeEvent } from "./write-event.ts";

type Told = ServerEvent | DocumentFault;

function read(text: string | Buffer, bytesMax = 1_000): readonly Told[] {
  return readEvents(bytesMax).push(Buffer.from(text));
}

function event(data: string, type = "message", lastId = ""): ServerEvent {
  return { kind: "event", type, data, lastId };
}

const cases: readonly (readonly [name: string, stream: string, events: readonly ServerEvent[]])[] =
  [
    // The examples of WHATWG HTML §9.2.6.
    ["lines of data are one text", "data: YHOO\ndata: +2\ndata: 10\n\n", [event("YHOO\n+2\n10")]],
    [
      "comments are skipped, ids stay until they are reset",
      ": test\n\ndata: first\nid: 1\n\ndata:second\nid\n\ndata:  third\n\n",
      [event("first", "message", "1"), event("second"), event(" third")],
    ],
    [
      "empty data is data, a lost end is none",
      "data\n\ndata\ndata\n\ndata:",
      [event(""), event("\n")],
    ],
    [
      "one space behind the colon is left out",
      "data:test\n\ndata: test\n\n",
      [event("test"), event("test")],
    ],
    ["CR, LF and CRLF all end a line", "data: a\rdata: b\r\ndata: c\n\r\n", [event("a\nb\nc")]],
    [
      "a byte order mark at the beginning is none",
      "\uFEFFdata: a\n\ndata: \uFEFF\n\n",
      [event("a"), event("\uFEFF")],
    ],
    [
      "an event without data is none, nor is its type kept",
      "event: x\n\ndata: a\n\n",
      [event("a")],
    ],
    ["unknown fields are skipped", "dat: x\nData: y\ndata: a\n\n", [event("a")]],
    ["an id with U+0000 is ignored", "id: 1\nid: 2\0\ndata: a\n\n", [event("a", "message", "1")]],
  ];

for (const [name, stream, events] of cases) {
  test(`in an event stream, ${name}`, () => {
    assert.deepEqual(read(stream), events);
  });
}

test("what a stream asks of readers that lose it are digits only", () => {
  const reader = readEvents(100);
  reader.push(Buffer.from("retry: 250\nretry: 3s\n"));
  assert.equal(reader.retryMs(), 250);
});

test("a stream that ends in the middle of an event can be told from one that does not", () => {
  const reader = readEvents(100);
  assert.ok(reader.isBetween());
  reader.push(Buffer.from("data: a\n"));
  assert.ok(!reader.isBetween());
  reader.push(Buffer.from("\n"));
  assert.ok(reader.isBetween());
  reader.push(Buffer.from(": still here\n"));
  assert.ok(reader.isBetween());
});

test("an event that is larger than the limit is refused by its name, and ends the stream", () => {
  const [first, ...rest] = read(`data: ${"a".repeat(50)}\n\ndata: b\n\n`, 40);
  assert.ok(first?.kind === "fault");
  assert.match(first.message, /eventBytesMax, 40 bytes/);
  assert.deepEqual(rest, []);
  const reader = readEvents(40);
  const found = Array.from({ length: 10 }, () => reader.push(Buffer.from("data: aaaa\n"))).flat();
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ["fault"],
  );
});

test("bytes that are no UTF-8 are a fault, and end the stream; characters may be cut anywhere", () => {
  const bytes = Buffer.from("data: M\u00fcller\n\ndata: b\n\n", "latin1");
  const [first, ...rest] = read(bytes);
  assert.ok(first?.kind === "fault");
  assert.match(first.message, /not UTF-8/);
  assert.deepEqual(rest, []);
  const reader = readEvents(100);
  const whole = Buffer.from("data: \u{1F600}\n\n");
  const found = Array.from(whole, (byte) => reader.push(Buffer.from([byte]))).flat();
  assert.deepEqual(found, [event("\u{1F600}")]);
});

const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n\0]/g, ""));
const lines = fc.array(line, { minLength: 1, maxLength: 3 }).map((all) => all.join("\n"));

test("what is written is read as the same events, split anywhere", () => {
  const events = fc.array(fc.record({ type: line, data: lines, id: line }), { maxLength: 4 });
  fc.assert(
    fc.property(events, fc.array(fc.nat()), (written, cuts) => {
      const text = written.map((one) => writeComment("still there") + writeEvent(one)).join("");
      const bytes = Buffer.from(text);
      const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
      const reader = readEvents(10_000);
      let from = 0;
      const found: Told[] = [];
      for (const to of places.toSorted((one, other) => one - other)) {
        found.push(...reader.push(bytes.subarray(from, to)));
        from = to;
      }
      const expected = written.map(({ type, data, id }) =>
        event(data, type === "" ? "message" : type, id),
      );
      assert.deepEqual(found, expected);
    }),
  );
});

test("whatever ends the lines of data, they stand in lines of their own", () => {
  assert.equal(writeEvent({ data: "a\r\nb\rc" }), "data: a\ndata: b\ndata: c\n\n");
  assert.equal(writeEvent({ data: "", retryMs: 5 }), "retry: 5\ndata: \n\n");
  assert.throws(() => writeEvent({ type: "a\nb", data: "" }), /one line/);
});
