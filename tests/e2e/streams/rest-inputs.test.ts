/** Inputs one by one from callers in REST, as JSON lines or sequences, to a gRPC service. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as http1Request, type IncomingMessage } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import {
  status,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
} from "@grpc/grpc-js";
import { shopProto, startOrders } from "#tests/e2e/grpc/stand.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";

interface Line {
  readonly sku: string;
  readonly count: number;
}

/** Adds up what it gets; `chat` repeats every line, and ends badly at the sku "bad". */
async function beforeOrders(context: TestContext) {
  const cancelled: string[] = [];
  const seen: Line[] = [];
  const held: ServerReadableStream<Line, object>[] = [];
  let isHeld = false;
  const port = await startOrders(context, {
    Get: () => undefined,
    Place: () => undefined,
    Watch: () => undefined,
    Add(call: ServerReadableStream<Line, object>, answer: sendUnaryData<object>) {
      let count = 0;
      const lines: Line[] = [];
      call.on("data", (line: Line) => {
        count++;
        if (line.sku.length < 100) lines.push(line);
        seen.push(line);
        if (isHeld) call.pause();
      });
      held.push(call);
      call.on("cancelled", () => cancelled.push("Add"));
      call.on("error", () => undefined);
      call.on("end", () => answer(null, { id: String(count), customer: "Ravi", lines }));
    },
    Chat(call: ServerDuplexStream<Line, Line>) {
      call.on("cancelled", () => cancelled.push("Chat"));
      call.on("error", () => undefined);
      let isOver = false;
      call.on("data", (line: Line) => {
        if (isOver) return;
        isOver = line.sku === "bad";
        if (isOver) {
          call.emit("error", { code: status.FAILED_PRECONDITION, details: "no bad ones" });
        } else call.write(line);
      });
      call.on("end", () => call.end());
    },
  });
  const gateway = await startTranslating(context, {
    text: `services:\n  orders: { contract: orders.proto, instances: ["http://127.0.0.1:${port}"] }\n`,
    files: { "orders.proto": shopProto },
  });
  /** `Add` takes one input and no more. @returns lets it go on. */
  const hold = () => {
    isHeld = true;
    return () => {
      isHeld = false;
      for (const call of held) call.resume();
    };
  };
  return { gateway, cancelled, seen, hold };
}

const lines = { "content-type": "application/x-ndjson" };

function lineOf(sku: string, count = 1): string {
  return `${JSON.stringify({ sku, count })}\n`;
}

test("many inputs in JSON lines become one answer, the last one without a line end", async (context) => {
  const { gateway } = await beforeOrders(context);
  const body = Array.from({ length: 3_000 }, (_, at) => lineOf(`s${at}`, at)).join("");
  const answer = await fetch(`${gateway.url}/orders/Add`, {
    method: "POST",
    headers: lines,
    body: `${body}\n\n${lineOf("last").trim()}`,
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  const added = JSON.parse(text) as { id: string; lines: Line[] };
  assert.equal(added.id, "3001");
  assert.deepEqual(added.lines.at(-1), { sku: "last", count: 1 });
});

test("inputs in a JSON sequence become one answer", async (context) => {
  const { gateway } = await beforeOrders(context);
  const body = ["a", "b"].map((sku) => `\u001e${lineOf(sku)}`).join("");
  const headers = { "content-type": "application/json-seq" };
  const answer = await fetch(`${gateway.url}/orders/Add`, { method: "POST", headers, body });
  assert.equal(((await answer.json()) as { id: string }).id, "2");
});

test("each input reaches the service before the next one is sent", async (context) => {
  const { gateway, seen } = await beforeOrders(context);
  const sent = http1Request(`${gateway.url}/orders/Add`, { method: "POST", headers: lines });
  for (const sku of ["one", "two"]) {
    const whole = lineOf(sku);
    sent.write(whole.slice(0, 7));
    await delay(10);
    sent.write(whole.slice(7));
    while (seen.at(-1)?.sku !== sku) await delay(5);
  }
  sent.end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  assert.equal(answer.statusCode, 200);
  answer.resume();
});

for (const [accept, form] of [
  ["application/x-ndjson", /^\{"sku":"(\w+)"/gm],
  ["text/event-stream", /^data: ?\{"sku":"(\w+)"/gm],
] as const) {
  test(`each input of a conversation is answered before the next, as ${accept}`, async (context) => {
    const { gateway } = await beforeOrders(context);
    const session = connectHttp2(gateway.url);
    context.after(() => session.destroy());
    const stream = session.request({
      ...{ ":method": "POST", ":path": "/orders/Chat", accept },
      ...lines,
    });
    let said = "";
    stream.setEncoding("utf8");
    stream.on("data", (part: string) => (said += part));
    for (const sku of ["one", "two", "three"]) {
      stream.write(lineOf(sku));
      while (!said.includes(sku)) await delay(5);
    }
    stream.end();
    await once(stream, "end");
    assert.deepEqual(
      Array.from(said.matchAll(form), ([, sku]) => sku),
      ["one", "two", "three"],
    );
  });
}

test("a fault in the middle of a conversation stands behind what came before", async (context) => {
  const { gateway } = await beforeOrders(context);
  const answer = await fetch(`${gateway.url}/orders/Chat`, {
    method: "POST",
    headers: { ...lines, accept: "application/x-ndjson" },
    body: lineOf("good") + lineOf("bad") + lineOf("never"),
  });
  const told = (await answer.text()).trim().split("\n");
  const last = JSON.parse(told.at(-1) ?? "") as { problem: { kind: string; detail: string } };
  assert.equal(last.problem.kind, "failed_precondition");
  assert.match(last.problem.detail, /no bad ones/);
});

const refused: readonly (readonly [string, string, Record<string, string>, number, RegExp])[] = [
  ["no Content-Type", lineOf("a"), {}, 415, /application\/x-ndjson/],
  ["one document", lineOf("a"), { "content-type": "application/json" }, 415, /x-ndjson, app/],
  ["a line that is no JSON", `${lineOf("a")}{"sku":\n`, lines, 400, /input 2: /],
  ["a member that there is not", `${lineOf("a")}{"suk":"b"}\n`, lines, 400, /input 2: .*suk/],
  ["a value of another type", `{"sku":"a","count":"x"}\n`, lines, 400, /input 1: /],
  ["a line that is no UTF-8", `${lineOf("a")}{"sku":"\\ud800"}\n`, lines, 400, /input 2: /],
];

for (const [what, body, headers, expected, why] of refused) {
  test(`inputs with ${what} are refused, and the service hears that it is over`, async (context) => {
    const { gateway, cancelled } = await beforeOrders(context);
    const answer = await fetch(`${gateway.url}/orders/Add`, {
      ...{ method: "POST", headers },
      body: Buffer.from(body),
    });
    const text = await answer.text();
    assert.equal(answer.status, expected, text);
    assert.match(text, why);
    if (expected === 400 && body !== `{"sku":"a","count":"x"}\n`) {
      while (cancelled.length === 0) await delay(10);
    }
    assert.equal(gateway.done[0]?.blame, "client");
  });
}

test("a line without an end is refused at the size of a document, and held no longer", async (context) => {
  const { gateway } = await beforeOrders(context);
  const sent = http1Request(`${gateway.url}/orders/Add`, { method: "POST", headers: lines });
  sent.on("error", () => undefined);
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  const over = new AbortController();
  void answered.then(() => over.abort());
  sent.write('{"sku":"');
  const part = Buffer.alloc(256 * 1024, "x");
  for (let count = 0; count < 2_000 && !over.signal.aborted; count++) {
    if (!sent.write(part)) await Promise.race([once(sent, "drain"), answered]);
  }
  const [answer] = await answered;
  answer.setEncoding("utf8");
  let text = "";
  answer.on("data", (piece: string) => (text += piece));
  answer.on("error", () => undefined);
  await Promise.race([once(answer, "end"), once(answer, "close")]);
  assert.equal(answer.statusCode, 413);
  assert.match(text, /documentBytesMax|bodyBytesMax/);
});

test("a caller that goes away in the middle cancels the stream of the service", async (context) => {
  const { gateway, cancelled, seen } = await beforeOrders(context);
  const sent = http1Request(`${gateway.url}/orders/Add`, { method: "POST", headers: lines });
  sent.on("error", () => undefined);
  sent.write(lineOf("one"));
  while (seen.length === 0) await delay(5);
  sent.destroy();
  while (cancelled.length === 0 || gateway.done.length === 0) await delay(10);
  assert.equal(gateway.done[0]?.aborted, true);
});

test("a caller is held back by a service that takes nothing, and by no memory of ours", async (context) => {
  const { gateway, hold } = await beforeOrders(context);
  const release = hold();
  const sent = http1Request(`${gateway.url}/orders/Add`, { method: "POST", headers: lines });
  sent.on("error", () => undefined);
  const part = lineOf("x".repeat(1_000)).repeat(64);
  let parts = 0;
  // What is written and not yet taken by anybody stays with the caller.
  while (
    sent.write(part) ||
    (await Promise.race([once(sent, "drain"), delay(500, "stopped")])) !== "stopped"
  ) {
    parts++;
    assert.ok(parts * part.length < 64 * 1024 ** 2, "more than 64 MiB were taken");
  }
  release();
  sent.end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.setEncoding("utf8");
  let text = "";
  answer.on("data", (piece: string) => (text += piece));
  await once(answer, "end");
  const { id } = JSON.parse(text) as { id: string };
  assert.equal(id, String((parts + 1) * 64));
});
