/** Laws of the chunked coding: decoding undoes encoding, however either is cut. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { defaultLimits } from "#base/limits.ts";
import { ChunkedReader } from "./chunked.ts";

interface Encoded {
  readonly data: Buffer;
  readonly bytes: Buffer;
  readonly trailers: readonly string[];
}

const chunk = fc.record({
  data: fc.uint8Array({ minLength: 1, maxLength: 60 }),
  zeros: fc.nat(3),
  upper: fc.boolean(),
  extension: fc.constantFrom("", ";a", ";a=b", ';a="b;\\"c"', "; ".trim() + "x=y;z"),
});

const encoded: fc.Arbitrary<Encoded> = fc
  .tuple(
    fc.array(chunk, { maxLength: 8 }),
    fc.array(fc.constantFrom("X-A: 1", "X-B: two"), { maxLength: 3 }),
  )
  .map(([chunks, trailers]) => {
    const parts = chunks.flatMap(({ data, zeros, upper, extension }) => {
      const size = data.length.toString(16);
      const line = `${"0".repeat(zeros)}${upper ? size.toUpperCase() : size}${extension}\r\n`;
      return [Buffer.from(line), Buffer.from(data), Buffer.from("\r\n")];
    });
    const end = `0\r\n${trailers.map((line) => `${line}\r\n`).join("")}\r\n`;
    return {
      data: Buffer.concat(chunks.map(({ data }) => data)),
      bytes: Buffer.concat([...parts, Buffer.from(end)]),
      trailers,
    };
  });

interface Outcome {
  readonly fault: number;
  readonly done: boolean;
  readonly kept: string;
  /** Octets that belong to the body. */
  readonly taken: number;
  readonly dataBytes: number;
  readonly trailers: readonly string[];
}

function readInPieces(bytes: Buffer, cuts: readonly number[], decode: boolean): Outcome {
  const reader = new ChunkedReader();
  reader.begin(decode);
  const kept: Buffer[] = [];
  let taken = 0;
  let fault = 0;
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted(
    (a, b) => a - b,
  );
  for (const end of ends) {
    if (end <= taken || reader.done) continue;
    // In a buffer of its own, somewhere in the middle: it is worked on in place.
    const own = Buffer.alloc(end - taken + 7, "#");
    bytes.copy(own, 3, taken, end);
    const next = reader.read(own, 3, 3 + end - taken, defaultLimits);
    if (next < 0) {
      fault = next;
      break;
    }
    kept.push(Buffer.from(own.subarray(3, reader.keptEnd)));
    taken += next - 3;
    assert.equal(own.toString("latin1", own.length - 4), "####", "nothing behind is touched");
  }
  const { done, dataBytes, trailers: head } = reader;
  const trailers = Array.from(
    { length: head?.fieldCount ?? 0 },
    (_, at) => `${head?.nameAt(at)}: ${head?.valueAt(at)}`,
  );
  return { fault, done, kept: Buffer.concat(kept).toString("latin1"), taken, dataBytes, trailers };
}

const cutsOf = fc.array(fc.nat(), { maxLength: 20 });

test("decoding gives back the data and the trailers, however the bytes are cut", () => {
  fc.assert(
    fc.property(encoded, cutsOf, ({ data, bytes, trailers }, cuts) => {
      const outcome = readInPieces(bytes, cuts, true);
      assert.deepEqual(outcome, {
        fault: 0,
        done: true,
        kept: data.toString("latin1"),
        taken: bytes.length,
        dataBytes: data.length,
        trailers,
      });
    }),
    { numRuns: 2_000 },
  );
});

test("octet by octet is a way to cut, too", () => {
  fc.assert(
    fc.property(encoded, ({ data, bytes }) => {
      const cuts = Array.from(bytes, (_, at) => at);
      assert.equal(readInPieces(bytes, cuts, true).kept, data.toString("latin1"));
    }),
    { numRuns: 100 },
  );
});

test("framing that is kept frames the same data, without extensions", () => {
  fc.assert(
    fc.property(encoded, cutsOf, ({ data, bytes, trailers }, cuts) => {
      const { kept } = readInPieces(bytes, cuts, false);
      assert.ok(!kept.includes(";a") || data.includes(";a"));
      // Trailers are handed on apart, and the empty line behind them with them.
      const whole = Buffer.from(trailers.length === 0 ? kept : `${kept}\r\n`, "latin1");
      const again = readInPieces(whole, [], true);
      assert.deepEqual([again.done, again.kept], [true, data.toString("latin1")]);
    }),
    { numRuns: 2_000 },
  );
});

test("what stands behind the body is left alone", () => {
  fc.assert(
    fc.property(encoded, fc.uint8Array({ maxLength: 20 }), cutsOf, ({ bytes }, more, cuts) => {
      const outcome = readInPieces(Buffer.concat([bytes, more]), cuts, true);
      assert.deepEqual([outcome.done, outcome.taken], [true, bytes.length]);
    }),
    { numRuns: 1_000 },
  );
});

test("altered bytes have one outcome, however they are cut, and nothing is thrown", () => {
  const alterations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(encoded, alterations, cutsOf, fc.boolean(), ({ bytes }, altered, cuts, decode) => {
      for (const [at, octet] of altered) bytes[at % bytes.length] = octet;
      const whole = readInPieces(bytes, [], decode);
      const pieces = readInPieces(bytes, cuts, decode);
      assert.deepEqual([pieces.fault, pieces.done], [whole.fault, whole.done]);
      // Before a fault it hangs on the cuts how much was already handed on.
      if (whole.fault === 0) assert.deepEqual(pieces, whole);
    }),
    { numRuns: 3_000 },
  );
});
