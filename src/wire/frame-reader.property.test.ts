import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { frameFault, frameHead, frameTail, type Frame } from "#base/raw-framing.ts";
import { FrameReader } from "./frame-reader.ts";

const ends = fc.constantFrom("\x03", "\n\n", "\r\n.\r\n", "aab");
const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.constantFrom<Frame>(
    { kind: "until", end: "\n", isLine: true },
    { kind: "until", end: "\r\n", isLine: true },
    { kind: "until", end: "\r", isLine: true },
    { kind: "length", bytes: 1, littleEndian: false, inclusive: false },
    { kind: "length", bytes: 3, littleEndian: true, inclusive: true },
    { kind: "length", bytes: 2, littleEndian: true, inclusive: false },
    { kind: "length", bytes: 4, littleEndian: false, inclusive: true },
    { kind: "digits", digits: 3, zero: 0x30, inclusive: false },
    { kind: "digits", digits: 5, zero: 0xf0, inclusive: true },
  ),
  ends.map((end): Frame => ({ kind: "until", end, isLine: false })),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  // What nearly ends a message.
  fc
    .array(fc.constantFrom("a", "b", "\r", ".", "\x03", "0"), { maxLength: 20 })
    .map((text) => Buffer.from(text.join(""))),
);

/** All messages, whatever pieces they come in. */
function readAll(reader: FrameReader, pieces: readonly Buffer[]): Buffer[] | number {
  const found: Buffer[] = [];
  for (const piece of pieces) {
    for (let from = 0; from < piece.length;) {
      const read = reader.read(piece, from, piece.length);
      if (read.kind === "fault") return read.fault;
      if (read.kind === "more") break;
      found.push(read.body);
      from = read.next;
    }
  }
  return found;
}

function split(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => whole.subarray(from, at[index] ?? whole.length));
}

test("any split of framed messages gives the same messages", () => {
  fc.assert(
    fc.property(frame, fc.array(bytes, { maxLength: 5 }), fc.array(fc.nat()), (one, all, cuts) => {
      const bodies = all.filter((body) => frameFault(one, body) === undefined);
      if (one.kind !== "until") bodies.push(...all.filter((body) => !bodies.includes(body)));
      const framed = bodies.map((body) =>
        Buffer.concat([frameHead(one, body.length), body, frameTail(one)]),
      );
      const found = readAll(new FrameReader(one, 1_000), split(Buffer.concat(framed), cuts));
      assert.deepEqual(found, bodies);
    }),
  );
});

test("garbage is messages or a fault, the same in any split, and never more than came", () => {
  fc.assert(
    fc.property(frame, fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat()), (one, raw, cuts) => {
      const whole = Buffer.from(raw);
      const found = readAll(new FrameReader(one, 50), [whole]);
      const again = readAll(new FrameReader(one, 50), split(whole, cuts));
      if (typeof found === "number") return assert.equal(typeof again, "number");
      assert.deepEqual(again, found);
      for (const body of found) assert.ok(body.length <= 50);
    }),
  );
});

test("a length that promises more than is allowed is refused before it comes", () => {
  const reader = new FrameReader(
    { kind: "length", bytes: 4, littleEndian: false, inclusive: false },
    1_000,
  );
  const read = reader.read(Buffer.from([0x7f, 0xff, 0xff, 0xff]), 0, 4);
  assert.equal(read.kind, "fault");
});

test("a length that does not count itself is none", () => {
  const reader = new FrameReader({ kind: "digits", digits: 4, zero: 0x30, inclusive: true }, 1_000);
  assert.equal(reader.read(Buffer.from("0003"), 0, 4).kind, "fault");
  const letters = new FrameReader(
    { kind: "digits", digits: 4, zero: 0x30, inclusive: true },
    1_000,
  );
  assert.equal(letters.read(Buffer.from("0x"), 0, 2).kind, "fault");
});
