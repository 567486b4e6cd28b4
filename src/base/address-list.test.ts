import assert from "node:assert/strict";
import test from "node:test";
import { createAddressList } from "./address-list.ts";

test("an address is in a block or is not, whatever its family and form", () => {
  const has = createAddressList(["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]);
  const inside = ["10.1.2.3", "192.0.2.7", "2001:db8:1::1", "::ffff:10.0.0.1"];
  const outside = ["11.0.0.1", "192.0.2.8", "2001:db9::1", "::1", "no address", ""];
  assert.deepEqual(
    inside.map(has),
    inside.map(() => true),
  );
  assert.deepEqual(
    outside.map(has),
    outside.map(() => false),
  );
});

test("without a block there is nothing in it", () => {
  assert.equal(createAddressList([])("10.0.0.1"), false);
});
