/** Documents that an operator lists: those that fit no address are told before a caller asks. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checkConfiguration } from "#app/check-configuration.ts";
import { nodePlatform } from "#base/platform.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";

test("documents that cannot be executed at any address are complained about", async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, "parlance.yaml");
  const documents = {
    ofAll: '{ shop_getOrder(id: "1") { id } }',
    ofOne: '{ getOrder(id: "1") { id } }',
    ofNone: '{ shop_getOrders(id: "1") { id } }',
    halved: '{ shop_getOrder(id: "1") {',
    large: `{ ${"__typename ".repeat(6_000)} }`,
  };
  writeFileSync(join(folder, "shop.yaml"), shopOpenApi);
  writeFileSync(join(folder, "documents.json"), JSON.stringify(documents));
  writeFileSync(
    path,
    `version: 1
callers: open
services:
  shop: { contract: shop.yaml, instances: ["http://127.0.0.1:1"] }
graphql: { documents: { file: documents.json, only: true } }
`,
  );
  const { diagnostics } = await checkConfiguration({ path }, nodePlatform.files, () => undefined);
  const told = diagnostics.filter(({ code }) => code === "unusable-document");
  assert.deepEqual(
    told.map(({ severity, message }) => [
      severity,
      /: (\w+) cannot be executed: (\w+)/.exec(message)?.slice(1),
    ]),
    [
      ["warning", ["ofNone", "Cannot"]],
      ["warning", ["halved", "Syntax"]],
      ["warning", ["large", "the"]],
    ],
  );
});
