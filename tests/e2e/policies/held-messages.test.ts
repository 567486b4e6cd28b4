/** Messages that are held back to be read, on the wire: cut, chunked, pipelined, broken off. */
import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import test, { type TestContext } from "node:test";
import fc from "fast-check";
import { ask, openSession } from "#tests/e2e/http2/client.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { listenHttp } from "#tests/support/listen-http.ts";
import { finals, openRaw, splitAt, type RawResult, type Step } from "#tests/support/raw-http.ts";

const good = '{"customer":"C1","lines":[{"sku":"a","quantity":2}]}';
const placed = '{"id":"1"}';

async function start(
  context: TestContext,
  listener: RequestListener,
  others: readonly object[] = [],
) {
  const seen: string[] = [];
  const url = await listenHttp(context, (request, answer) => {
    const chunks: Buffer[] = [];
    request.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      seen.push(Buffer.concat(chunks).toString());
      listener(request, answer);
    });
  });
  const policies = [{ validate: { answers: { mode: "refuse" } } }, ...others];
  const text =
    `services:\n  shop:\n    contract: shop.yaml\n    instances: ["${url}"]\n` +
    `    policies: ${JSON.stringify(policies)}\n`;
  const gateway = await startTranslating(context, { text, files: { "shop.yaml": shopOpenApi } });
  return { gateway, seen };
}

const answerIn: (pieces: readonly string[], trailers?: Record<string, string>) => RequestListener =
  (pieces, trailers) => (_request, answer) => {
    const head: Record<string, string> = { "content-type": "application/json" };
    if (trailers !== undefined) head["trailer"] = Object.keys(trailers).join(", ");
    answer.writeHead(201, head);
    for (const piece of pieces) answer.write(piece);
    if (trailers !== undefined) answer.addTrailers(trailers);
    answer.end();
  };

function postOf(body: string, more = "", isChunked = false): string {
  const head = `POST /shop/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${more}`;
  if (!isChunked) return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
  const half = body.length >> 1;
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
  const chunks = chunk(body.slice(0, half)) + chunk(body.slice(half));
  return `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`;
}

async function send(port: number, steps: readonly Step[], count = 1): Promise<RawResult> {
  const connection = await openRaw(
    port,
    Array.from({ length: count }, () => "POST"),
  );
  await connection.send(...steps);
  const result = await connection.wait((now) => finals(now) >= count);
  connection.close();
  return result;
}

test("however requests are cut and framed, the service gets the same, and so does the caller", async (context) => {
  const { gateway, seen } = await start(context, answerIn(['{"i', 'd":"1', '"}']));
  const cuts = fc.array(fc.integer({ min: 1, max: 260 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(cuts, fc.boolean(), async (offsets, isChunked) => {
      const bytes = postOf(good, "", isChunked);
      const steps = splitAt(
        bytes,
        offsets.toSorted((a, b) => a - b),
        2,
      );
      const { responses, error } = await send(gateway.port, steps);
      assert.equal(error, undefined);
      assert.equal(responses[0]?.status, 201);
      assert.equal(responses[0]?.body, placed);
      assert.equal(seen.at(-1), good);
    }),
    { numRuns: 25 },
  );
});

test("requests sent ahead are read and answered in their order, bad ones among them", async (context) => {
  const { gateway, seen } = await start(context, answerIn([placed]));
  const bytes = [good, '{"customer":1}', good].map((body) => postOf(body)).join("");
  const { responses, error } = await send(gateway.port, [bytes], 3);
  assert.equal(error, undefined);
  assert.deepEqual(
    responses.map(({ status }) => status),
    [201, 400, 201],
  );
  assert.deepEqual(seen, [good, good]);
});

test("who waits for 100 Continue gets it, and the service is not asked for it again", async (context) => {
  let expected: string | undefined = "nothing";
  const { gateway } = await start(context, (request, answer) => {
    expected = request.headers.expect;
    answerIn([placed])(request, answer);
  });
  const bytes = postOf(good, "Expect: 100-continue\r\n");
  const at = bytes.length - good.length;
  const { responses } = await send(gateway.port, splitAt(bytes, [at], 50));
  assert.deepEqual(
    responses.map(({ status }) => status),
    [100, 201],
  );
  assert.equal(expected, undefined);
});

test("trailers go on behind an answer that was held back", async (context) => {
  const { gateway } = await start(context, answerIn([placed], { "x-sum": "9" }));
  const bytes = postOf(good, "TE: trailers\r\nConnection: TE\r\n");
  const { received } = await send(gateway.port, [bytes]);
  assert.match(received.toString("latin1"), /\{"id":"1"\}\r\n0\r\nx-sum: 9\r\n\r\n$/i);
});

test("an answer that breaks off while it is held back is 502, and nothing of it is seen", async (context) => {
  const { gateway } = await start(context, (_request, answer) => {
    answer.writeHead(201, { "content-type": "application/json", "content-length": "10" });
    answer.write('{"id"');
    setTimeout(() => answer.destroy(), 20);
  });
  const { responses, received } = await send(gateway.port, [postOf(good)]);
  assert.equal(responses[0]?.status, 502);
  assert.doesNotMatch(received.toString("latin1"), /"id"/);
});

test("a caller that goes away while its request is held back leaves nothing behind", async (context) => {
  const { gateway, seen } = await start(context, answerIn([placed]));
  const connection = await openRaw(gateway.port, ["POST"]);
  await connection.send(postOf(good).slice(0, -5));
  await new Promise((resolve) => setTimeout(resolve, 30));
  connection.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(seen.length, 0);
  assert.equal(gateway.done[0]?.aborted, true);
});

test("over HTTP/2, with and without a length, it is all the same", async (context) => {
  const { gateway, seen } = await start(context, answerIn(['{"id":', '"1"}']));
  const session = openSession(context, gateway.port);
  const fields = { "content-type": "application/json" };
  const length = String(good.length);
  for (const more of [{}, { "content-length": length }]) {
    const answer = await ask(session, "/shop/orders", {
      fields: { ...fields, ...more },
      body: good,
    });
    assert.equal(answer.status, 201);
    assert.equal(answer.body.toString(), placed);
  }
  assert.deepEqual(seen, [good, good]);
  const refused = await ask(session, "/shop/orders", { fields, body: '{"customer":1}' });
  assert.equal(refused.status, 400);
});

test("what is tried again is read again, and only the last answer counts", async (context) => {
  let asked = 0;
  const { gateway } = await start(
    context,
    (_request, answer) => {
      const isFirst = ++asked === 1;
      answer.writeHead(isFirst ? 503 : 200, { "content-type": "application/json" });
      answer.end(isFirst ? "{}" : placed);
    },
    [{ retry: { attemptsMax: 2, on: ["503"] } }],
  );
  const got = await fetch(`${gateway.url}/shop/orders/7`);
  assert.equal(got.status, 200);
  assert.equal(await got.text(), placed);
  assert.equal(asked, 2);
});
