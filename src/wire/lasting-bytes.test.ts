import assert from "node:assert/strict";
import { test } from "node:test";
import { markLasting, toQueue } from "./lasting-bytes.ts";

test("bytes that may be used again are copied, lasting ones are not, small pieces always", () => {
  const reused = Buffer.alloc(8_192, "a");
  const copy = toQueue(reused, 0, 8_192);
  reused.fill("b");
  assert.equal(copy.toString(), "a".repeat(8_192));
  const lasting = Buffer.alloc(8_192, "c");
  markLasting(lasting);
  assert.equal(toQueue(lasting, 4_096, 8_192).buffer, lasting.buffer);
  assert.notEqual(toQueue(lasting, 0, 4_095).buffer, lasting.buffer);
  assert.notEqual(toQueue(reused, 0, 8_192).buffer, reused.buffer);
});
