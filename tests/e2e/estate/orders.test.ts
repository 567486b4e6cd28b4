/** The orders service, two real instances on one file: REST, events, WebSocket. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { parse } from "yaml";
import { readProjectFile } from "#tests/support/source-files.ts";
import {
  startProgram,
  startService,
  temporaryFolder,
  type RunningProgram,
} from "./start-service.ts";

interface Order {
  readonly id: string;
  readonly status: string;
  readonly total: string;
  readonly createdAt: string;
  readonly paymentId?: string;
}

const folder = temporaryFolder();
let first: RunningProgram;
let second: RunningProgram;

before(async () => {
  const env = { ORDERS_FILE: `${folder.path}/orders.sqlite` };
  [first, second] = await Promise.all([startService("orders", env), startService("orders", env)]);
});

after(async () => {
  const ends = await Promise.all([first.stop(), second.stop()]);
  folder.remove();
  assert.deepEqual(ends, [0, 0]);
});

const line = { sku: "TEA-ASSAM-250", name: "Assam tea", quantity: 3, unitPrice: "0.10" };

function send(url: string, method: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

async function place(lines: readonly object[] = [line]): Promise<Order> {
  const answer = await send(`${first.url}/orders`, "POST", { customer: "asha", lines });
  assert.equal(answer.status, 201);
  return (await answer.json()) as Order;
}

test("an order made on one instance is read on the other, its total exact", async () => {
  const big = { ...line, quantity: 999, unitPrice: "9999999.99" };
  const order = await place([line, big]);
  assert.match(order.id, /^o-[0-9a-f]{16}$/);
  assert.equal(order.total, "9989999990.31");
  assert.match(order.createdAt, /^\d{4}-\d\d-\d\dT.*Z$/);
  const answer = await fetch(`${second.url}/orders/${order.id}`);
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), order);
});

test("orders are listed page by page, newest first, without gaps or repetitions", async () => {
  const made: string[] = [];
  for (let count = 0; count < 5; count++) made.unshift((await place()).id);
  const seen: string[] = [];
  let next: string | undefined = "";
  while (next !== undefined && seen.length < made.length) {
    const query: string = next === "" ? "limit=2" : `limit=2&after=${next}`;
    const answer = await fetch(`${second.url}/orders?${query}`);
    const page = (await answer.json()) as { items: Order[]; next?: string };
    assert.ok(page.items.length <= 2);
    seen.push(...page.items.map((order) => order.id));
    next = page.next;
  }
  assert.deepEqual(seen.slice(0, 5), made);
});

test("a status moves one step at a time, and an order that was shipped stays", async () => {
  const { id } = await place();
  const put = (status: string) =>
    send(`${second.url}/orders/${id}/status`, "PUT", { status, paymentId: "T-1" });
  const skipped = await put("shipped");
  assert.equal(skipped.status, 409);
  assert.equal(skipped.headers.get("content-type"), "application/problem+json; charset=utf-8");
  const problem = (await skipped.json()) as { detail: string };
  assert.match(problem.detail, /placed cannot become shipped; the status paid comes next/);
  for (const status of ["paid", "packed", "shipped"]) assert.equal((await put(status)).status, 200);
  const cancel = await send(`${first.url}/orders/${id}/cancel`, "POST", { reason: "late" });
  assert.equal(cancel.status, 409);
});

test("an order is cancelled once, with its reason", async () => {
  const { id } = await place();
  const cancel = () => send(`${first.url}/orders/${id}/cancel`, "POST", { reason: "too dear" });
  const answer = await cancel();
  assert.equal(answer.status, 200);
  const order = (await answer.json()) as Order & { cancelReason: string };
  assert.equal(order.status, "cancelled");
  assert.equal(order.cancelReason, "too dear");
  assert.equal((await cancel()).status, 409);
});

test("the same Idempotency-Key makes one order, on whichever instance it arrives", async () => {
  const key = { "idempotency-key": "0123456789abcdef" };
  const body = { customer: "ravi", lines: [line] };
  const once = await send(`${first.url}/orders`, "POST", body, key);
  const again = await send(`${second.url}/orders`, "POST", body, key);
  assert.deepEqual([once.status, again.status], [201, 200]);
  assert.equal(((await once.json()) as Order).id, ((await again.json()) as Order).id);
  const other = await send(`${second.url}/orders`, "POST", { ...body, customer: "x" }, key);
  assert.equal(other.status, 409);
});

test("instances that open a new file at the same moment do not refuse each other", async () => {
  const script = fileURLToPath(import.meta.resolve("./open-orders-files.ts"));
  const args = [script, folder.path, String(Date.now() + 1_500), "25"];
  const started = [1, 2, 3].map(() => startProgram(args, {}, /all opened/));
  const programs = await Promise.all(started);
  assert.equal(programs.length, 3);
});

const refused: readonly [
  what: string,
  method: string,
  path: string,
  body: unknown,
  says: RegExp,
][] = [
  [
    "a float as price",
    "POST",
    "/orders",
    { customer: "a", lines: [{ ...line, unitPrice: 0.1 }] },
    /\/lines\/0\/unitPrice/,
  ],
  [
    "a third decimal",
    "POST",
    "/orders",
    { customer: "a", lines: [{ ...line, unitPrice: "0.101" }] },
    /\/lines\/0\/unitPrice/,
  ],
  [
    "text as quantity",
    "POST",
    "/orders",
    { customer: "a", lines: [{ ...line, quantity: "3" }] },
    /\/lines\/0\/quantity/,
  ],
  ["no lines", "POST", "/orders", { customer: "a", lines: [] }, /\/lines/],
  [
    "an unknown member",
    "POST",
    "/orders",
    { customer: "a", lines: [line], total: "1.00" },
    /total/,
  ],
  ["half a document", "POST", "/orders", '{"customer":', /not valid JSON/],
  [
    "a status that is not one",
    "PUT",
    "/orders/o-0000000000000000/status",
    { status: "lost" },
    /paid, packed, shipped/,
  ],
  ["an id that cannot be", "POST", "/orders/o-1/cancel", { reason: "x" }, /path\/orderId/],
];

for (const [what, method, path, body, says] of refused) {
  test(`${what} is refused by a problem document that names it`, async () => {
    const answer = await send(first.url + path, method, body);
    assert.equal(answer.status, 400);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
    assert.match(await answer.text(), says);
  });
}

test("a page that is too long and an unknown query parameter are refused", async () => {
  for (const query of ["limit=101", "limit=many", "status=lost", "colour=red"]) {
    assert.equal((await fetch(`${first.url}/orders?${query}`)).status, 400, query);
  }
});

test("an unknown order and an unknown address are 404 problems", async () => {
  for (const path of ["/orders/o-0123456789abcdef", "/nothing"]) {
    const answer = await fetch(first.url + path);
    assert.equal(answer.status, 404);
    assert.equal(((await answer.json()) as { status: number }).status, 404);
  }
});

test("the contract is served as it is written", async () => {
  const written: unknown = parse(readProjectFile("examples/estate/orders/orders.openapi.yaml"));
  const answer = await fetch(`${first.url}/openapi.json`);
  assert.deepEqual(await answer.json(), written);
});

test("events of one instance reach followers of the other, and resume where they stopped", async () => {
  const controller = new AbortController();
  const answer = await fetch(`${second.url}/orders/events`, { signal: controller.signal });
  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  const { id } = await place();
  const text = await readUntil(answer, new RegExp(`event: created\\ndata: .*${id}`));
  controller.abort();
  const sequence = [...text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? "";
  await send(`${first.url}/orders/${id}/cancel`, "POST", { reason: "test" });
  const later = new AbortController();
  const resumed = await fetch(`${first.url}/orders/events`, {
    headers: { "last-event-id": sequence },
    signal: later.signal,
  });
  const more = await readUntil(resumed, new RegExp(`event: cancelled\\ndata: .*${id}`));
  later.abort();
  assert.doesNotMatch(more, new RegExp(`event: created\\ndata: .*${id}`));
});

test("the WebSocket at /live tells the same; other addresses take no WebSocket", async () => {
  const socket = new WebSocket(`${second.url.replace("http", "ws")}/live`);
  const messages: string[] = [];
  const arrived = new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data: Buffer) => {
      messages.push(data.toString());
      if (messages.length === 1) place().catch(reject);
      if (messages.length === 2) resolve();
    });
  });
  await arrived;
  socket.close();
  assert.equal((JSON.parse(messages[1] ?? "") as { kind: string }).kind, "created");
  const elsewhere = new WebSocket(`${second.url.replace("http", "ws")}/orders`);
  const error = await new Promise<Error>((resolve) => elsewhere.once("error", resolve));
  assert.match(error.message, /404/);
});

async function readUntil(answer: Response, pattern: RegExp): Promise<string> {
  const timer = AbortSignal.timeout(10_000);
  let text = "";
  assert.ok(answer.body !== null);
  for await (const chunk of answer.body) {
    text += Buffer.from(chunk).toString();
    if (pattern.test(text)) return text;
    timer.throwIfAborted();
  }
  throw new Error(`the stream ended without ${pattern}: ${text}`);
}
