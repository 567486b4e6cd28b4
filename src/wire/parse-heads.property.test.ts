/** Laws of both head parsers: any split of the bytes reads the same, and nothing is thrown. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { defaultLimits } from "#base/limits.ts";
import { RequestHead, ResponseHead } from "./head.ts";
import { HeadGatherer } from "./head-gatherer.ts";
import { parseRequestHead } from "./parse-request-head.ts";
import { parseResponseHead } from "./parse-response-head.ts";

const limits = { ...defaultLimits, headBytesMax: 600, headFieldsMax: 12, targetBytesMax: 80 };

const fieldLine = fc.oneof(
  fc.constantFrom(
    "Host: a",
    "Host: [::1]:80",
    "Content-Length: 5",
    "Content-Length: 05x",
    "Transfer-Encoding: chunked",
    "Connection: keep-alive, X-A",
    "connection:close",
    "Upgrade: x",
    "Expect: 100-continue",
    "X-A:",
    "X_Forwarded_For: 1",
    " folded",
    "no colon",
    `X-Long: ${"v".repeat(300)}`,
  ),
  fc
    .tuple(fc.stringMatching(/^[A-Za-z-]{1,12}$/), fc.stringMatching(/^[ -~]{0,30}$/))
    .map(([name, value]) => `${name}: ${value}`),
);

const lineEnd = fc.oneof(
  { weight: 30, arbitrary: fc.constant("\r\n") },
  { weight: 1, arbitrary: fc.constantFrom("\n", "\r", "\r\r\n") },
);

const goodLine = fc
  .tuple(fc.constantFrom("X-A", "Accept", "cookie", "Via"), fc.stringMatching(/^[!-~ ]{0,20}$/))
  .map(([name, value]) => `${name}: ${value}`);

/** Half of them as they should be, half with faults and an octet changed. */
function headOf(startLines: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const rest = fc.stringMatching(/^[ -~\r\n]{0,20}$/);
  const good = fc
    .tuple(startLines, fc.array(goodLine, { maxLength: 10 }), rest)
    .map(([start, fields, more]) => {
      const lines = [start, "Host: a", ...fields, "", more];
      return Buffer.from(lines.join("\r\n"), "latin1");
    });
  const lines = fc.array(fc.tuple(fieldLine, lineEnd), { maxLength: 14 });
  const mutation = fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 2, nil: undefined });
  const wild = fc
    .tuple(startLines, lineEnd, lines, rest, mutation)
    .map(([start, end, fields, more, mutated]) => {
      const text = `${start}${end}${fields.map(([line, ending]) => line + ending).join("")}\r\n`;
      const bytes = Buffer.from(text + more, "latin1");
      if (mutated !== undefined) bytes[mutated[0] % bytes.length] = mutated[1];
      return bytes;
    });
  return fc.oneof(good, wild);
}

const requestBytes = headOf(
  fc.constantFrom(
    "GET / HTTP/1.1",
    "POST /a/b?c=d HTTP/1.0",
    "OPTIONS * HTTP/1.1",
    "GET http://h:80/x HTTP/1.1",
    "GET /a/../b HTTP/1.1",
    `GET /${"x".repeat(90)} HTTP/1.1`,
    "PRI * HTTP/2.0",
    "",
  ),
);
const responseBytes = headOf(
  fc.constantFrom(
    "HTTP/1.1 200 OK",
    "HTTP/1.0 404 Not Found",
    "HTTP/1.1 204 ",
    "HTTP/1.1 99 x",
    "",
  ),
);

interface Reading {
  /** Offset behind the head, 0 or a fault. */
  readonly result: number;
  readonly facts: unknown;
}

type Read = (bytes: Buffer) => Reading;

function factsOf(head: RequestHead | ResponseHead): unknown {
  const fields = Array.from({ length: head.fieldCount }, (_, at) => [
    head.nameAt(at),
    head.valueAt(at),
  ]);
  const { framing, contentLength, keepAlive, upgrade, hasNominatedFields, minorVersion } = head;
  return [fields, framing, contentLength, keepAlive, upgrade, hasNominatedFields, minorVersion];
}

const readRequest: Read = (bytes) => {
  const head = new RequestHead();
  const result = parseRequestHead(head, bytes, 0, bytes.length, limits);
  if (result <= 0) return { result, facts: undefined };
  return { result, facts: [head.method, head.target, head.path, head.authority, factsOf(head)] };
};

const readResponse: Read = (bytes) => {
  const head = new ResponseHead();
  const result = parseResponseHead(head, bytes, 0, bytes.length, limits, false);
  return result <= 0
    ? { result, facts: undefined }
    : { result, facts: [head.status, factsOf(head)] };
};

/** As a connection reads: again and again, until there is an outcome. */
function readInPieces(read: Read, bytes: Buffer, cuts: readonly number[]): Reading {
  const gatherer = new HeadGatherer();
  let from = 0;
  let outcome: Reading = { result: 0, facts: undefined };
  for (const to of [
    ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b),
    bytes.length,
  ]) {
    if (to === from) continue;
    const more = Buffer.from(bytes.subarray(from, to));
    from = to;
    if (!gatherer.add(more, 0) && to < bytes.length) continue;
    outcome = read(gatherer.bytes);
    if (outcome.result !== 0) return outcome;
  }
  return outcome;
}

for (const [name, arbitrary, read] of [
  ["request", requestBytes, readRequest],
  ["response", responseBytes, readResponse],
] as const) {
  test(`a ${name} head cut anywhere is the same head, or no head either way`, () => {
    fc.assert(
      fc.property(arbitrary, fc.array(fc.nat(), { maxLength: 12 }), (bytes, cuts) => {
        const whole = read(bytes);
        const pieces = readInPieces(read, bytes, cuts);
        if (whole.result > 0) assert.deepEqual(pieces, whole);
        // Which fault is found first may differ, not whether one is.
        else assert.equal(Math.sign(pieces.result), Math.sign(whole.result));
      }),
      { numRuns: 3_000 },
    );
  });

  test(`no prefix of a good ${name} head is a head or a fault`, () => {
    let good = 0;
    fc.assert(
      fc.property(arbitrary, (bytes) => {
        const whole = read(bytes);
        if (whole.result <= 0) return;
        good++;
        for (let length = 0; length < whole.result; length++) {
          assert.equal(read(bytes.subarray(0, length)).result, 0, `the first ${length} bytes`);
        }
      }),
      { numRuns: 400 },
    );
    assert.ok(good > 40, `only ${good} heads were good`);
  });

  test(`bytes of any kind are never thrown over by the ${name} parser`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { result } = read(Buffer.from(bytes));
        assert.ok(Number.isInteger(result) && result <= bytes.length);
      }),
      { numRuns: 3_000 },
    );
  });

  test(`a ${name} head within a buffer reads as one at its front`, () => {
    fc.assert(
      fc.property(arbitrary, fc.uint8Array({ maxLength: 30 }), (bytes, before) => {
        const shifted = Buffer.concat([before, bytes]);
        const there = name === "request" ? new RequestHead() : new ResponseHead();
        const from = before.length;
        const result =
          there instanceof RequestHead
            ? parseRequestHead(there, shifted, from, shifted.length, limits)
            : parseResponseHead(there, shifted, from, shifted.length, limits, false);
        const here = read(bytes).result;
        assert.equal(result, here > 0 ? here + from : here);
      }),
      { numRuns: 1_000 },
    );
  });
}
