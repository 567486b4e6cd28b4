/** Policies of the general list that are for some operations, where one address stands for many. */
import assert from "node:assert/strict";
import test from "node:test";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { envelopeOf, types } from "#tests/e2e/translate/soap-messages.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";

test("what is for an operation of one service leaves the SOAP of others alone", async (context) => {
  const service = await startStandIn(context, () => ({
    headers: { "content-type": types["1.1"] },
    body: envelopeOf("<of-billing/>"),
  }));
  const instances = `instances: ["${service.url}"]`;
  const { url } = await startTranslating(context, {
    text:
      "policies: [{ maintenance: { only: { operations: [placeOrder] } } }]\nservices:\n" +
      `  shop: { contract: shop.yaml, ${instances} }\n` +
      `  billing: { contract: billing.wsdl, ${instances} }\n`,
    files: { "shop.yaml": shopOpenApi, "billing.wsdl": billingWsdl },
  });
  const call = async (name: string) => {
    const headers = { "content-type": types["1.1"] };
    const body = envelopeOf("<any/>");
    return (await fetch(`${url}/soap/${name}`, { method: "POST", headers, body })).text();
  };
  assert.match(await call("billing"), /of-billing/);
  assert.match(await call("shop"), /in-maintenance/);
});
