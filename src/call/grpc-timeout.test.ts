import assert from "node:assert/strict";
import test from "node:test";
import { readGrpcTimeout, writeGrpcTimeout } from "./grpc-timeout.ts";

test("a time-out is written in the finest unit that has room for it, and never as 0", () => {
  const written: readonly (readonly [number, string])[] = [
    [-3, "1u"],
    [0, "1u"],
    [0.0004, "1u"],
    [1.5, "1500u"],
    [99_999.9, "99999900u"],
    [100_000, "100000m"],
    [99_999_999, "99999999m"],
    [1e8, "100000S"],
    [1e15, "99999999S"],
  ];
  for (const [timeoutMs, text] of written) {
    assert.equal(writeGrpcTimeout(timeoutMs), text);
    assert.ok(readGrpcTimeout(text) > 0);
  }
});

test("what is no time-out is none", () => {
  for (const text of ["", "1", "u", "1x", "123456789m", "-1m", "1.5S", " 1m"]) {
    assert.ok(Number.isNaN(readGrpcTimeout(text)), text);
  }
  assert.equal(readGrpcTimeout("2H"), 7_200_000);
});
