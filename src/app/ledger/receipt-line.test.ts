import assert from "node:assert/strict";
import test from "node:test";
import { leafHash } from "#ledger/tree/hashes.ts";
import { ReceiptLine } from "./receipt-line.ts";

const indexes = [0, 9, 10, 99, 100, 65_535, 65_536, 4_294_967_296, 9_007_199_254_740_991];

test("a receipt line has index and leaf hash, and just the octets that it says", () => {
  const line = new ReceiptLine("org/cluster/node/1");
  const hash = leafHash(Buffer.from("entry"));
  const hashes = Buffer.concat([Buffer.alloc(32, 0xff), hash, Buffer.alloc(32, 0xff)]);
  for (const index of indexes) {
    const expected =
      `Parlance-Receipt: "org/cluster/node/1";index=${index};` +
      `leaf=:${hash.toString("base64")}:\r\n`;
    assert.equal(line.tell(index, hashes, 32).text, expected);
    assert.equal(line.byteLength, expected.length);
    const out = Buffer.alloc(expected.length + 2, 0x2e);
    assert.equal(line.writeLines(out, 1), 1 + expected.length);
    assert.equal(out.toString("latin1"), `.${expected}.`);
  }
});
