/** Evidence sees the same data however its chunk framing is split, and leaves the bytes alone. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { defaultLimits } from "#base/limits.ts";
import { RequestHead, ResponseHead } from "#wire/head.ts";
import { EvidenceTap } from "./evidence-tap.ts";

function chunksOf(sizes: readonly number[]): { readonly framed: Buffer; readonly data: string } {
  let framed = "";
  let data = "";
  for (const [index, size] of sizes.entries()) {
    const part = String.fromCharCode(97 + (index % 26)).repeat(size);
    framed += `${size.toString(16)};x="y"\r\n${part}\r\n`;
    data += part;
  }
  return { framed: Buffer.from(`${framed}0\r\n\r\n`), data };
}

for (const way of ["request", "response"] as const) {
  test(`of a ${way} in chunks evidence sees the data, in any split`, () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }),
        fc.array(fc.nat({ max: 400 }), { maxLength: 8 }),
        (sizes, cuts) => {
          const { framed, data } = chunksOf(sizes);
          let seen = "";
          const add = (bytes: Buffer, from: number, to: number): void => {
            seen += bytes.toString("latin1", from, to);
          };
          const tap = new EvidenceTap(
            {
              requestHead: () => undefined,
              responseHead: () => undefined,
              requestBody: add,
              responseBody: add,
              call: () => undefined,
              reply: () => undefined,
            },
            defaultLimits,
          );
          const before = Buffer.from(framed);
          const isRequest = way === "request";
          if (isRequest) tap.beginRequest(new RequestHead(), true);
          else tap.beginResponse(new ResponseHead(), true);
          const sorted = cuts.map((cut) => Math.min(cut, framed.length)).sort((a, b) => a - b);
          const ends = [...sorted, framed.length];
          let from = 0;
          for (const to of ends) {
            if (isRequest) tap.addRequest(framed, from, to);
            else tap.addResponse(framed, from, to);
            from = to;
          }
          assert.equal(seen, data);
          assert.deepEqual(framed, before);
        },
      ),
    );
  });
}
