/** The audits of graphql-http: whether GraphQL over HTTP is spoken as its specification says. */
import assert from "node:assert/strict";
import test from "node:test";
import { serverAudits } from "graphql-http";
import { startShop } from "./shop.ts";

test("every audit of graphql-http passes, those that are only advised as well", async (context) => {
  const { gateway } = await startShop(context);
  for (const path of ["/graphql", "/graphql/shop"]) {
    const audits = serverAudits({ url: `${gateway.url}${path}`, fetchFn: fetch });
    assert.ok(audits.length > 40);
    for (const audit of audits) {
      const result = await audit.fn();
      const reason = "reason" in result ? result.reason : "";
      assert.equal(result.status, "ok", `${path} ${audit.id} ${audit.name}: ${reason}`);
    }
  }
});
