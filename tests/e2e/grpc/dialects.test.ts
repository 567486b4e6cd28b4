import assert from "node:assert/strict";
import test from "node:test";
import { promisify } from "node:util";
import {
  status,
  type Metadata,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
} from "@grpc/grpc-js";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { connectOrders, shopProto, startOrders } from "./stand.ts";

interface Message {
  readonly id: string;
}
type Unary = ServerUnaryCall<Message, object>;
type Answer = sendUnaryData<object>;
type Watch = ServerWritableStream<Message, object>;
type Client = ReturnType<typeof connectOrders>;

const order = {
  id: "9007199254740993",
  customer: "Ravi",
  lines: [{ sku: "tea", count: 4294967295 }],
  weight: 0,
  kind: "RUSH",
};

async function start(scope: test.TestContext) {
  const seen: { metadata: Metadata; request: unknown }[] = [];
  const port = await startOrders(scope, {
    Get(call: Unary, answer: Answer) {
      seen.push({ metadata: call.metadata, request: call.request });
      if (call.request.id === "404") {
        return answer({ code: status.NOT_FOUND, details: "no such order: 404 %" });
      }
      answer(null, { ...order, id: call.request.id });
    },
    Place: (call: Unary, answer: Answer) => answer(null, { id: call.request.id }),
    Watch(call: Watch) {
      for (let count = 0; count < 3; count++) call.write({ ...order, id: String(count) });
      if (call.request.id === "7") call.emit("error", { code: status.DATA_LOSS, details: "broke" });
      else call.end();
    },
    Add: (_call: Unary, answer: Answer) => answer(null, order),
    Chat: (call: Watch) => void call.end(),
  });
  const gateway = await startTranslating(scope, {
    text: `services:
  orders: { contract: orders.proto, instances: ["http://127.0.0.1:${port}"] }
`,
    files: { "orders.proto": shopProto },
  });
  return { gateway, seen, client: connectOrders(scope, gateway.port) };
}

function unary(client: Client, method: string, message: object): Promise<unknown> {
  const call = client[method] as (message: object, answer: Answer) => void;
  return promisify(call.bind(client))(message);
}

test("a gRPC caller passes through to a gRPC service as it is", async (context) => {
  const { client } = await start(context);
  const found = await unary(client, "Get", { id: order.id });
  assert.deepEqual(JSON.parse(JSON.stringify(found)), order);
  const failed = (await unary(client, "Get", { id: "404" }).catch(
    (error) => error,
  )) as ServiceError;
  assert.equal(failed.code, status.NOT_FOUND);
  assert.equal(failed.details, "no such order: 404 %");
});

test("a JSON caller reaches a gRPC service, with exact numbers", async (context) => {
  const { gateway, seen } = await start(context);
  const response = await fetch(`${gateway.url}/orders/Get?id=${order.id}`);
  assert.equal(response.status, 200, await response.clone().text());
  assert.deepEqual(await response.json(), order);
  assert.deepEqual(seen[0]?.request, { id: order.id });
});

test("a status of a gRPC service becomes a problem with the same words", async (context) => {
  const { gateway } = await start(context);
  const response = await fetch(`${gateway.url}/orders/Get?id=404`);
  assert.equal(response.status, 404);
  const problem = (await response.json()) as { detail: string; fault: string };
  assert.equal(problem.detail, "no such order: 404 %");
  assert.equal(problem.fault, "client");
});

test("a SOAP caller reaches a gRPC service", async (context) => {
  const { gateway } = await start(context);
  const body = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
    <Get xmlns="urn:proto:shop.v1"><id>5</id></Get></e:Body></e:Envelope>`;
  const response = await fetch(`${gateway.url}/soap/orders`, {
    method: "POST",
    body,
    headers: { "content-type": "text/xml", soapaction: '""' },
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.match(text, /<ns1:id>5<\/ns1:id>/);
  assert.match(text, /Ravi/);
});

test("a stream of a gRPC service passes through, whole or broken", async (context) => {
  const { client } = await start(context);
  const watch = client["Watch"] as (message: object) => AsyncIterable<Message>;
  const collect = async (id: string): Promise<unknown[]> => {
    const got: unknown[] = [];
    try {
      for await (const one of watch.call(client, { id })) got.push(one.id);
    } catch (error) {
      got.push((error as ServiceError).code);
    }
    return got;
  };
  assert.deepEqual(await collect("1"), ["0", "1", "2"]);
  assert.deepEqual(await collect("7"), ["0", "1", "2", status.DATA_LOSS]);
});

test("a JSON caller gets a gRPC stream line by line, its break included", async (context) => {
  const { gateway } = await start(context);
  const watch = async (id: string, accept: string): Promise<string> => {
    const url = `${gateway.url}/orders/Watch`;
    const headers = { accept, "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", body: JSON.stringify({ id }), headers });
    assert.equal(response.status, 200);
    return response.text();
  };
  const lines = (await watch("1", "application/x-ndjson")).trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    ["0", "1", "2"].map((id) => ({ ...order, id })),
  );
  const events = (await watch("7", "text/event-stream")).trim().split("\n\n");
  assert.equal(events.length, 4);
  assert.match(events[3] ?? "", /^event: problem\ndata: .*"detail":"broke"/);
  await assert.rejects(watch("7", "application/json"));
});
