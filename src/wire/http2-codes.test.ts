/** That the numbers, which spare loading node:http2, are those of Node. */
import assert from "node:assert/strict";
import { constants as known } from "node:http2";
import { test } from "node:test";
import { constants } from "./http2-codes.ts";

for (const [name, code] of Object.entries(constants)) {
  test(`${name} is the number that node:http2 has for it`, () => {
    assert.equal(code, known[name as keyof typeof constants]);
  });
}
