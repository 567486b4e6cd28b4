import assert from "node:assert/strict";
import test from "node:test";
import { startCatalog } from "./stand.ts";

const json = { "content-type": "application/json" };

const assam = {
  ...{ id: "p1", name: "Assam", price: "12.50", sold: "9007199254740993", purpose: "DRINK" },
  ...{ maker: { id: "m1", name: "Daruma" }, tags: ["black"] },
};

test("a JSON caller gets the object that a query finds, to the digit", async (context) => {
  const { gateway } = await startCatalog(context);
  const response = await fetch(`${gateway.url}/catalog/product?id=p1`);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.deepEqual(JSON.parse(text), assam);
});
