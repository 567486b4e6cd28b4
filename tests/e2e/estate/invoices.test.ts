/** The orders service and its invoices, against a stand-in for the gateway that fails at will. */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { startService, temporaryFolder, type RunningProgram } from "./start-service.ts";

interface Call {
  readonly path: string;
  readonly key: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Order {
  readonly id: string;
  readonly status: string;
  readonly invoice?: Readonly<Record<string, string>>;
}

const folder = temporaryFolder();
const number = "9007199254740993";
let gateway: Server;
let service: RunningProgram;
let calls: Call[] = [];
let isDown = false;

before(async () => {
  gateway = createServer((request, response) => {
    void readJson(request).then((body) => {
      const { url: path = "", headers } = request;
      calls.push({ path, key: headers["x-api-key"] as string | undefined, body });
      response.setHeader("parlance-exchange", "exchange-1");
      if (isDown) {
        response.writeHead(503, { "content-type": "application/problem+json" });
        response.end('{"title":"Unavailable","detail":"no instance of billing answers"}');
      } else if (path === "/billing/notifyPaid") response.writeHead(202).end();
      else response.end(`{"invoice":{"number":"${number}","status":"open"}}`);
    });
  }).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  service = await startService("orders", {
    ORDERS_FILE: `${folder.path}/orders.sqlite`,
    GATEWAY_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
    ORDERS_KEY: "orders-key",
  });
});

beforeEach(() => {
  calls = [];
  isDown = false;
});

after(async () => {
  assert.equal(await service.stop(), 0);
  gateway.close();
  folder.remove();
});

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Record<string, unknown>;
}

async function send(method: string, path: string, body: object): Promise<Order> {
  const answer = await fetch(service.url + path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return (await answer.json()) as Order;
}

const line = { sku: "TEA-ASSAM-250", name: "Assam tea", quantity: 2, unitPrice: "349.50" };
const place = (): Promise<Order> => send("POST", "/orders", { customer: "asha", lines: [line] });
const pay = (id: string): Promise<Order> =>
  send("PUT", `/orders/${id}/status`, { status: "paid", paymentId: "T-1" });

test("a placed order has an invoice, asked for with the key of orders", async () => {
  const order = await place();
  assert.deepEqual(order.invoice, { state: "issued", number });
  assert.deepEqual(calls, [
    {
      path: "/billing/createInvoice",
      key: "orders-key",
      body: {
        orderId: order.id,
        customer: { name: "asha", email: "asha" },
        line: [
          { sku: "TEA-ASSAM-250", description: "Assam tea", quantity: 2, unitPrice: "349.50" },
        ],
        currency: "INR",
      },
    },
  ]);
  const answer = await fetch(`${service.url}/orders/${order.id}`);
  assert.deepEqual(((await answer.json()) as Order).invoice, order.invoice);
});

test("while billing is down an order stands, and says why it has no invoice", async () => {
  isDown = true;
  const order = await place();
  assert.equal(order.status, "placed");
  assert.deepEqual(order.invoice, {
    state: "missing",
    reason: "no instance of billing answers",
    exchange: "exchange-1",
  });
  isDown = false;
  const paid = await pay(order.id);
  assert.deepEqual(paid.invoice, { state: "paid", number });
  assert.deepEqual(
    calls.map(({ path }) => path),
    ["/billing/createInvoice", "/billing/createInvoice", "/billing/notifyPaid"],
  );
});

test("billing hears of a payment, once", async () => {
  const { id } = await place();
  const paid = await pay(id);
  assert.deepEqual(paid.invoice, { state: "paid", number });
  const told = calls.at(-1);
  assert.equal(told?.path, "/billing/notifyPaid");
  assert.equal(told.body["number"], number);
  assert.equal(told.body["reference"], "T-1");
  await send("PUT", `/orders/${id}/status`, { status: "packed" });
  assert.equal(calls.length, 2);
});

test("a cancelled order cancels its invoice, or keeps why that failed", async () => {
  const [first, second] = [await place(), await place()];
  const reason = { reason: "too late" };
  const cancelled = await send("POST", `/orders/${first.id}/cancel`, reason);
  assert.deepEqual(cancelled.invoice, { state: "cancelled", number });
  assert.deepEqual(calls.at(-1)?.body, { number, ...reason });
  isDown = true;
  const kept = await send("POST", `/orders/${second.id}/cancel`, reason);
  assert.equal(kept.status, "cancelled");
  assert.equal(kept.invoice?.["state"], "issued");
  assert.equal(kept.invoice["reason"], "no instance of billing answers");
});
