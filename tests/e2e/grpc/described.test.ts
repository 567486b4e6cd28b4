/** Callers in the gRPC family, by the .proto that is described, before REST and SOAP. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import {
  Metadata,
  status,
  type GrpcObject,
  type ServiceClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { envelopeOf, textOf, types } from "#tests/e2e/translate/soap-messages.ts";
import { startStandIn, startTranslating, type ServiceAnswer } from "#tests/e2e/translate/stand.ts";
import { billingWsdl } from "#protocols/soap/billing-fixture.ts";
import { connect, describedProto, packageOf } from "./stand.ts";

type Client = InstanceType<ServiceClientConstructor>;

function call(client: Client, method: string, message: object, metadata = new Metadata()) {
  const invoke = client[method] as (
    message: object,
    metadata: Metadata,
    answer: (error: ServiceError | null, value?: unknown) => void,
  ) => void;
  return promisify(invoke.bind(client))(message, metadata);
}

async function failed(promise: Promise<unknown>): Promise<ServiceError> {
  const error = await promise.then(
    () => undefined,
    (one: unknown) => one,
  );
  assert.ok(error instanceof Error, "the call did not fail");
  return error as ServiceError;
}

/** The details of a status of gRPC, by types. */
function detailsOf(error: ServiceError, proto: string): Readonly<Record<string, unknown>> {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  const { root } = protobuf.parse(
    `syntax = "proto3"; package google.rpc;
     message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
     message Any { string type_url = 1; bytes value = 2; }
     message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }`,
    { keepCase: true },
  );
  protobuf.parse(proto, root, { keepCase: true });
  const decode = (type: string, value: Uint8Array): Record<string, unknown> => {
    const message = root.lookupType(type);
    return message.toObject(message.decode(value), { longs: String });
  };
  const { details } = decode("google.rpc.Status", bytes as Buffer);
  return Object.fromEntries(
    (details as { type_url: string; value: Uint8Array }[]).map(({ type_url, value }) => {
      const type = type_url.slice(type_url.indexOf("/") + 1);
      return [type, decode(type, value)];
    }),
  );
}

function json(value: unknown, answerStatus = 200): ServiceAnswer {
  const headers = { "content-type": "application/json" };
  return { status: answerStatus, headers, body: JSON.stringify(value) };
}

async function beforeShop(context: TestContext) {
  const service = await startStandIn(context, ({ url, body }) => {
    if (url.startsWith("/base/orders/404")) return json({ reason: "none" }, 404);
    // As it came, to the digit.
    const placed = body === "" ? '{"id":"7"}' : `{"id":"7","order":${body}}`;
    return { ...json({}, 201), body: placed };
  });
  const gateway = await startTranslating(context, {
    text: `services:\n  shop: { contract: shop.yaml, instances: ["${service.url}/base"] }`,
    files: { "shop.yaml": shopOpenApi },
  });
  const proto = describedProto("shop", "shop.yaml", shopOpenApi);
  const shop = packageOf(proto)["shop"] as GrpcObject;
  const client = connect(context, shop["Shop"] as ServiceClientConstructor, gateway.port);
  return { service, gateway, proto, client };
}

const order = {
  customer: "Ravi",
  number: "9007199254740993",
  note: "",
  lines: [{ sku: "tea", quantity: 3, price: 0.5, tags: ["a", "b"] }],
};

test("a gRPC client places an order with a REST service", async (context) => {
  const { client, service } = await beforeShop(context);
  const placed = (await call(client, "PlaceOrder", order)) as { id: string; order: typeof order };
  assert.equal(placed.id, "7");
  assert.deepEqual(JSON.parse(JSON.stringify(placed.order.lines)), order.lines);
  assert.equal(placed.order.number, order.number);
  const [sent] = service.requests;
  assert.equal(sent?.url, "/base/orders");
  assert.match(sent?.body ?? "", /"customer":"Ravi"/);
});

test("a declared answer of a REST service is a detail of the gRPC status", async (context) => {
  const { client, proto } = await beforeShop(context);
  const error = await failed(call(client, "GetOrder", { id: "404" }));
  assert.equal(error.code, status.NOT_FOUND);
  const details = detailsOf(error, proto);
  assert.deepEqual(details["shop.Conflict"], { reason: "none" });
  assert.deepEqual(Object.keys(details), ["shop.Conflict", "google.rpc.ErrorInfo"]);
});

const b = 'xmlns:b="urn:example:billing"';
const invoiceXml =
  '<b:invoice paid="true"><b:id>9007199254740993</b:id><b:card>4000</b:card><b:line>' +
  '<b:sku>A</b:sku><b:price currency="EUR">0.10</b:price></b:line></b:invoice>';

async function beforeBilling(context: TestContext) {
  const headers = { "content-type": types["1.1"] };
  const service = await startStandIn(context, ({ body }) => {
    if (textOf(body, "id") === "404") {
      const detail = `<detail><b:NotFound ${b}><b:id>404</b:id></b:NotFound></detail>`;
      const fault = `<faultcode>s:Client</faultcode><faultstring>no 404</faultstring>${detail}`;
      return { status: 500, headers, body: envelopeOf(`<s:Fault>${fault}</s:Fault>`) };
    }
    const answer = `<b:getInvoiceResponse ${b}>${invoiceXml}</b:getInvoiceResponse>`;
    return { headers, body: envelopeOf(answer) };
  });
  const gateway = await startTranslating(context, {
    text: `services:\n  billing: { contract: b.wsdl, instances: ["${service.url}/old"] }`,
    files: { "b.wsdl": billingWsdl },
  });
  const proto = describedProto("billing", "b.wsdl", billingWsdl);
  const billing = packageOf(proto)["billing"] as GrpcObject;
  const client = connect(context, billing["Billing"] as ServiceClientConstructor, gateway.port);
  return { service, gateway, proto, client };
}

const session = () => {
  const metadata = new Metadata();
  metadata.set("session", "s-1");
  return metadata;
};

test("a gRPC client reads an invoice of a SOAP service, exactly", async (context) => {
  const { client, service } = await beforeBilling(context);
  const found = await call(client, "GetInvoice", { id: "7" }, session());
  const { invoice } = found as { invoice: Record<string, unknown> };
  assert.deepEqual(
    [invoice["id"], invoice["card"], invoice["paid"]],
    ["9007199254740993", "4000", true],
  );
  assert.match(JSON.stringify(invoice["line"]), /"value":"0\.10","currency":"EUR"|"0\.10"/);
  const [sent] = service.requests;
  assert.equal(textOf(sent?.body ?? "", "id"), "7");
  assert.equal(textOf(sent?.body ?? "", "Session"), "s-1");
});

test("a declared fault of a SOAP service is a detail of the gRPC status", async (context) => {
  const { client, proto } = await beforeBilling(context);
  const error = await failed(call(client, "GetInvoice", { id: "404" }, session()));
  assert.equal(error.details, "no 404");
  const details = detailsOf(error, proto);
  assert.deepEqual(details["billing.NotFound"], { id: "404" });
  const info = details["google.rpc.ErrorInfo"] as { reason: string };
  assert.equal(info.reason, "notFound");
});

test("gRPC-Web reaches a SOAP service with messages of the .proto", async (context) => {
  const { gateway, proto } = await beforeBilling(context);
  const { root } = protobuf.parse(proto, { keepCase: true });
  const ask = async (id: string) => {
    const request = root.lookupType("billing.GetInvoice");
    const message = Buffer.from(request.encode(request.fromObject({ id })).finish());
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    const response = await fetch(`${gateway.url}/billing.Billing/GetInvoice`, {
      method: "POST",
      headers: { "content-type": "application/grpc-web+proto", "x-grpc-web": "1", session: "s" },
      body: Buffer.concat([head, message]),
    });
    assert.equal(response.status, 200);
    return Buffer.from(await response.arrayBuffer());
  };
  const body = await ask("7");
  const length = body.readUInt32BE(1);
  const answer = root.lookupType("billing.GetInvoiceResponse");
  const read = answer.toObject(answer.decode(body.subarray(5, 5 + length)), { longs: String });
  assert.equal((read["invoice"] as { id: string }).id, "9007199254740993");
  const trailers = body.subarray(5 + length);
  assert.equal(trailers[0], 0x80);
  assert.match(trailers.toString("latin1", 5), /^grpc-status: ?0\r\n/);
  assert.match((await ask("404")).toString("latin1", 5), /grpc-message: ?no 404\r\n/);
});

test("Connect reaches a REST service in JSON, and its errors carry the details", async (context) => {
  const { gateway, proto } = await beforeShop(context);
  const ask = (method: string, message: object) =>
    fetch(`${gateway.url}/shop.Shop/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json", "connect-protocol-version": "1" },
      body: JSON.stringify(message),
    });
  const placed = await ask("PlaceOrder", order);
  assert.equal(placed.status, 200, await placed.clone().text());
  assert.match(await placed.text(), /^\{"id":"7","order":\{.*"number":"?9007199254740993\b/);
  const missing = await ask("GetOrder", { id: "404" });
  assert.equal(missing.status, 404);
  const told = (await missing.json()) as {
    code: string;
    details: { type: string; value: string }[];
  };
  assert.equal(told.code, "not_found");
  const [declared] = told.details;
  assert.equal(declared?.type, "shop.Conflict");
  const conflict = protobuf.parse(proto, { keepCase: true }).root.lookupType("shop.Conflict");
  const value = conflict.decode(Buffer.from(declared?.value ?? "", "base64"));
  assert.deepEqual(conflict.toObject(value), { reason: "none" });
});
