/** Where a body ends, for each framing, and how much of it has come. */
import assert from "node:assert/strict";
import test from "node:test";
import { defaultLimits } from "#base/limits.ts";
import { BodyReader } from "./body-reader.ts";
import { framing } from "./head.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");

test("a body with a length ends behind it, and leaves what follows", () => {
  const reader = new BodyReader();
  reader.begin(framing.length, 5, false);
  assert.equal(reader.read(bytes("abc"), 0, 3, defaultLimits), 3);
  assert.deepEqual([reader.done, reader.keptEnd, reader.bytes], [false, 3, 3]);
  assert.equal(reader.read(bytes("xdefgh"), 1, 6, defaultLimits), 3);
  assert.deepEqual([reader.done, reader.keptEnd, reader.bytes], [true, 3, 5]);
});

test("no body is done before anything is read", () => {
  const reader = new BodyReader();
  reader.begin(framing.none, 0, false);
  assert.equal(reader.done, true);
  assert.equal(reader.read(bytes("next"), 0, 4, defaultLimits), 0);
  assert.equal(reader.keptEnd, 0);
});

test("a body up to the close takes everything and is never done by itself", () => {
  const reader = new BodyReader();
  reader.begin(framing.close, 0, false);
  assert.equal(reader.read(bytes("all"), 0, 3, defaultLimits), 3);
  assert.deepEqual([reader.done, reader.bytes], [false, 3]);
});

for (const decode of [true, false]) {
  test(`chunks are counted by their data, ${decode ? "decoded" : "with framing kept"}`, () => {
    const reader = new BodyReader();
    reader.begin(framing.chunked, 0, decode);
    const body = bytes("3;x=1\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\nGET");
    assert.equal(reader.read(body, 0, body.length, defaultLimits), body.length - 3);
    assert.deepEqual([reader.done, reader.bytes], [true, 5]);
    const kept = body.toString("latin1", 0, reader.keptEnd);
    assert.equal(kept, decode ? "abcde" : "3\r\nabc\r\n2\r\nde\r\n0\r\n");
    assert.equal(reader.trailers?.field("x-t"), "1");
  });
}

test("a reader begun anew knows nothing of the body before", () => {
  const reader = new BodyReader();
  reader.begin(framing.chunked, 0, false);
  const body = bytes("1\r\na\r\n0\r\nX: 1\r\n\r\n");
  reader.read(body, 0, body.length, defaultLimits);
  reader.begin(framing.length, 2, false);
  assert.deepEqual([reader.done, reader.bytes, reader.trailers], [false, 0, undefined]);
});
