/** One document over services that speak REST, SOAP and gRPC. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import {
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
} from "@grpc/grpc-js";
import { GraphQLClient } from "graphql-request";
import { createClient } from "graphql-sse";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { shopProto, startOrders } from "#tests/e2e/grpc/stand.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { envelopeOf, textOf } from "#tests/e2e/translate/soap-messages.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";

const big = "9007199254740993";
const invoice =
  '<b:getInvoiceResponse xmlns:b="urn:example:billing"><b:invoice paid="true">' +
  `<b:id>${big}</b:id><b:card>4000</b:card><b:line><b:sku>A</b:sku>` +
  '<b:price currency="EUR">0.10</b:price>' +
  '<b:note xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/></b:line>' +
  "</b:invoice></b:getInvoiceResponse>";

interface Key {
  readonly id: string;
}

async function start(context: TestContext) {
  const namespace = /targetNamespace="([^"]+)"/.exec(billingWsdl)?.[1] ?? "";
  const body = envelopeOf(invoice.replace("urn:example:billing", namespace));
  const billing = await startStandIn(context, () => ({
    ...{ headers: { "content-type": "text/xml; charset=utf-8" }, body },
  }));
  const shop = await startStandIn(context, ({ url }) => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: url.split(/[/?]/)[2] }),
  }));
  const port = await startOrders(context, {
    Get({ request }: ServerUnaryCall<Key, object>, answer: sendUnaryData<object>) {
      if (request.id === "404") answer({ code: status.NOT_FOUND, details: "no such order" });
      else answer(null, { id: request.id, kind: "RUSH", lines: [{ sku: "a", count: 3 }] });
    },
    Watch(call: ServerWritableStream<Key, object>) {
      for (const customer of ["Ann", "Bob"]) call.write({ id: call.request.id, customer });
      call.end();
    },
  });
  const gateway = await startTranslating(context, {
    text: `services:
  shop: { contract: shop.yaml, instances: ["${shop.url}"] }
  billing: { contract: billing.wsdl, instances: ["${billing.url}"] }
  orders: { contract: orders.proto, instances: ["http://127.0.0.1:${port}"] }
`,
    files: {
      "shop.yaml": shopOpenApi,
      "billing.wsdl": billingWsdl,
      "orders.proto": shopProto,
    },
  });
  return { url: `${gateway.url}/graphql`, billing };
}

test("a query over REST and gRPC has the answers of both", async (context) => {
  const { url } = await start(context);
  const query = `query($id: Int64!) {
    shop_getOrder(id: "7") { id }
    orders_Get(id: $id) { id kind weight lines { sku count } }
  }`;
  assert.deepEqual(await new GraphQLClient(url).request(query, { id: big }), {
    shop_getOrder: { id: "7" },
    orders_Get: { id: big, kind: "RUSH", weight: null, lines: [{ sku: "a", count: 3 }] },
  });
});

test("a service that refuses leaves the answers of the others as they are", async (context) => {
  const { url } = await start(context);
  const query = '{ shop_getOrder(id: "7") { id } orders_Get(id: 404) { id } }';
  const client = new GraphQLClient(url, { errorPolicy: "all" });
  const { data, errors } = await client.rawRequest(query);
  assert.deepEqual(data, { shop_getOrder: { id: "7" }, orders_Get: null });
  assert.deepEqual(
    errors?.map(({ message, path }) => [message, path]),
    [["no such order", ["orders_Get"]]],
  );
  assert.equal(errors?.[0]?.extensions["code"], "NOT_FOUND");
});

test("a SOAP service is called with a header of its own, exact and with nil", async (context) => {
  const { url, billing } = await start(context);
  const mutation = `mutation {
    billing_getInvoice(id: ${big}, Session: "s-1") {
      invoice {
        id paid scan line { sku note price { value currency } }
        choice { ... on billing_InvoiceChoiceCardValue { value } }
      }
    }
  }`;
  assert.deepEqual(await new GraphQLClient(url).request(mutation), {
    billing_getInvoice: {
      invoice: {
        ...{ id: big, paid: true, scan: null, choice: { value: "4000" } },
        line: [{ sku: "A", note: null, price: { value: "0.10", currency: "EUR" } }],
      },
    },
  });
  const sent = billing.requests[0]?.body ?? "";
  assert.equal(textOf(sent, "id"), big);
  assert.equal(textOf(sent, "Session"), "s-1");
});

test("a stream of gRPC is a subscription", async (context) => {
  const { url } = await start(context);
  const client = createClient({ url, retryAttempts: 0 });
  const query = `subscription { orders_Watch(id: ${big}) { id customer } }`;
  const results: unknown[] = [];
  for await (const { data } of client.iterate({ query })) results.push(data?.["orders_Watch"]);
  assert.deepEqual(results, [
    { id: big, customer: "Ann" },
    { id: big, customer: "Bob" },
  ]);
});
