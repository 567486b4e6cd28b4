/** What docs/guides/graphql.md shows is what callers get. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readProjectFile } from "#tests/support/source-files.ts";
import { startShop } from "./shop.ts";

const blocks = Array.from(
  readProjectFile("docs/guides/graphql.md").matchAll(/^```json\n(.*?)^```/gms),
  ([, text = ""]) => text,
);

test("requests of the guide get the answers that stand behind them", async (context) => {
  const { ask, service } = await startShop(context);
  assert.equal(blocks.length, 4);
  for (let index = 0; index < blocks.length; index += 2) {
    const { text } = await ask(blocks[index] as string);
    const told = text.replace(/"exchange":"[0-9a-f]{32}"/, '"exchange":"..."');
    assert.deepEqual(JSON.parse(told), JSON.parse(blocks[index + 1] as string), told);
  }
  assert.deepEqual(service.requests.map(({ url }) => url).toSorted(), [
    "/orders/404",
    "/orders/7",
    "/orders/8",
  ]);
});
