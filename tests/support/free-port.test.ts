import assert from "node:assert/strict";
import { connect } from "node:net";
import { once } from "node:events";
import { test } from "node:test";
import { freePort, rangeOutside } from "./free-port.ts";

test("ports are taken from the larger part beside the system's range", () => {
  assert.deepEqual(rangeOutside([32_768, 60_999]), [10_000, 32_767]);
  assert.deepEqual(rangeOutside([16_000, 32_000]), [32_001, 65_535]);
});

test("a system that takes from nearly all ports leaves all to choose from", () => {
  assert.deepEqual(rangeOutside([1_024, 65_535]), [10_000, 65_535]);
  assert.deepEqual(rangeOutside([11_000, 65_000]), [10_000, 65_535]);
});

test("nothing listens on a free port", async () => {
  const socket = connect(await freePort(), "127.0.0.1");
  const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  assert.equal(error.code, "ECONNREFUSED");
});
