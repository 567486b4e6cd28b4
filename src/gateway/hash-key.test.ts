import assert from "node:assert/strict";
import test from "node:test";
import { hashKeyOf } from "./hash-key.ts";
import type { SeenExchange } from "./seen-exchange.ts";

test("callers meet an instance by their name, those who are not known by their address", () => {
  const keyOf = (callerName: string | undefined): string =>
    hashKeyOf({ callerName, address: "192.0.2.1" } as SeenExchange, "caller");
  assert.equal(keyOf("storefront"), "storefront");
  assert.equal(keyOf(undefined), "192.0.2.1");
  assert.equal(keyOf("anonymous"), "192.0.2.1");
});
