import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { createFrameReader, decompress, frameOf, unpack, type Frame } from "./framing.ts";

/** Frames as pairs, faults as their codes. */
function read(reader: ReturnType<typeof createFrameReader>, bytes: Buffer) {
  return reader
    .push(bytes)
    .map((one) =>
      "faultKind" in one ? one.code : ([one.flags, one.bytes.toString("latin1")] as const),
    );
}

test("any split of the bytes gives the same frames, which later bytes do not touch", () => {
  const messages = fc.array(fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 300 })), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(messages, fc.array(fc.integer({ min: 1, max: 40 })), (sent, sizes) => {
      const whole = Buffer.concat(sent.map(([flag, bytes]) => frameOf(Buffer.from(bytes), flag)));
      const reader = createFrameReader(1_000);
      const got: Frame[] = [];
      const scratch = Buffer.alloc(4_096);
      for (let at = 0, index = 0; at < whole.length; index++) {
        const size = sizes.length === 0 ? whole.length : (sizes[index % sizes.length] as number);
        // As the wire does, the same buffer again and again.
        const count = whole.copy(scratch, 0, at, at + size);
        for (const one of reader.push(scratch.subarray(0, count))) {
          assert.ok("bytes" in one);
          got.push(one);
        }
        at += count;
      }
      assert.ok(reader.isBetween());
      assert.deepEqual(
        got.map(({ flags, bytes }) => [flags, [...bytes]]),
        sent.map(([flag, bytes]) => [flag, [...bytes]]),
      );
    }),
  );
});

test("a length beyond the limit is refused before any of the message has come", () => {
  const reader = createFrameReader(10);
  assert.deepEqual(read(reader, Buffer.from([0, 0, 0, 0, 11])), ["message-too-large"]);
  assert.deepEqual(read(reader, frameOf(Buffer.from("later"))), []);
});

test("a message that is announced and comes in octets takes no more than twice its size", () => {
  const reader = createFrameReader(1 << 20);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(1 << 20, 1);
  reader.push(prefix);
  const before = process.memoryUsage();
  const one = Buffer.from("x");
  for (let count = 0; count < 200_000; count++) reader.push(one);
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  assert.ok(arrayBuffers - before.arrayBuffers < 8 << 20, "buffers");
  assert.ok(heapUsed - before.heapUsed < 64 << 20, "objects");
  assert.equal(reader.isBetween(), false);
});

test("a message that grows too large when it is decompressed is refused, as are odd flags", () => {
  const bomb = gzipSync(Buffer.alloc(1 << 20));
  const refused = decompress(bomb, "gzip", 1_000);
  assert.ok("faultKind" in refused);
  assert.deepEqual([refused.faultKind, refused.code], ["resource_exhausted", "message-too-large"]);
  const codes = [
    [2, "identity"],
    [1, "identity"],
    [1, "br"],
    [1, "gzip"],
  ] as const;
  assert.deepEqual(
    codes.map(([flags, coding]) => {
      const unpacked = unpack({ flags, bytes: Buffer.from("no gzip") }, coding, 1_000);
      return "faultKind" in unpacked ? unpacked.code : unpacked;
    }),
    ["bad-framing", "bad-framing", "compression-unknown", "bad-compression"],
  );
});
