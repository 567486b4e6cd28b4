/** A service that has XML only: callers have JSON, and the XML as it is. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { startStandIn, startTranslating, type ServiceAnswer } from "./stand.ts";

const xmlOpenApi = `openapi: 3.1.0
info: { title: Stock, version: 1.0.0 }
paths:
  /items/{sku}:
    put:
      operationId: putItem
      parameters: [{ name: sku, in: path, required: true, schema: { type: string } }]
      requestBody:
        required: true
        content: { application/xml: { schema: { $ref: "#/components/schemas/Item" } } }
      responses:
        "200":
          description: The item.
          content: { application/xml: { schema: { $ref: "#/components/schemas/Item" } } }
        "409":
          description: Somebody else was quicker.
          content: { application/xml: { schema: { $ref: "#/components/schemas/Conflict" } } }
components:
  schemas:
    Item:
      type: object
      required: [count]
      properties:
        count: { type: integer, format: int64 }
        place: { type: array, items: { type: string } }
    Conflict:
      type: object
      required: [by]
      properties: { by: { type: string } }
`;

const stored: ServiceAnswer = {
  headers: { "content-type": "application/xml" },
  body: "<Item><count>9007199254740993</count><place>A</place></Item>",
};

async function beforeStock(context: TestContext, answer: ServiceAnswer = stored) {
  const service = await startStandIn(context, () => answer);
  const gateway = await startTranslating(context, {
    text: `services:\n  stock: { contract: stock.yaml, instances: ["${service.url}"] }`,
    files: { "stock.yaml": xmlOpenApi },
  });
  return { service, gateway };
}

function put(url: string, body: string, headers: Record<string, string>) {
  return fetch(url, { method: "PUT", body, headers });
}

const json = { "content-type": "application/json" };

test("JSON reaches a service that has XML only, and comes back", async (context) => {
  const { service, gateway } = await beforeStock(context);
  const answer = await put(`${gateway.url}/stock/items/a`, '{"place":["A","B"],"count":7}', {
    ...json,
    accept: "application/json",
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.equal(await answer.text(), '{"count":9007199254740993,"place":["A"]}');
  const [request] = service.requests;
  assert.match(request?.headers["content-type"] ?? "", /^application\/xml/);
  assert.match(
    request?.body ?? "",
    /<Item><count>7<\/count><place>A<\/place><place>B<\/place><\/Item>$/,
  );
});

test("JSON that does not fit is refused before the service is asked", async (context) => {
  const { service, gateway } = await beforeStock(context);
  const answer = await put(`${gateway.url}/stock/items/a`, '{"count":"seven"}', json);
  assert.equal(answer.status, 400);
  const { place } = (await answer.json()) as { place: string };
  assert.equal(place, "/body/count");
  assert.equal(service.requests.length, 0);
});

test("its declared fault is problem+json with the members of the detail", async (context) => {
  const { gateway } = await beforeStock(context, {
    status: 409,
    headers: { "content-type": "application/xml" },
    body: "<Conflict><by>Meera</by></Conflict>",
  });
  const answer = await put(`${gateway.url}/stock/items/a`, '{"count":1}', {
    ...json,
    accept: "application/json",
  });
  assert.equal(answer.status, 409);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  const { code, by } = (await answer.json()) as { code: string; by: string };
  assert.deepEqual({ code, by }, { code: "conflict", by: "Meera" });
});

test("XML passes as the bytes that came, both ways", async (context) => {
  const { service, gateway } = await beforeStock(context);
  const body = "<Item ><count>1</count></Item>";
  const headers = { "content-type": "application/xml" };
  const answer = await put(`${gateway.url}/stock/items/a`, body, headers);
  assert.equal(await answer.text(), stored.body);
  assert.equal(service.requests[0]?.body, body);
});

test("its OpenAPI tells of the JSON", async (context) => {
  const { gateway } = await beforeStock(context);
  const answer = await fetch(`${gateway.url}/stock/openapi.json`);
  const { paths } = (await answer.json()) as {
    paths: Record<string, { put: { requestBody: { content: object } } }>;
  };
  const { content } = paths["/items/{sku}"]?.put.requestBody ?? { content: {} };
  assert.deepEqual(Object.keys(content), ["application/xml", "application/json"]);
});
