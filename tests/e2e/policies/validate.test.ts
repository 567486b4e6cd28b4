/** Messages that pass between caller and instance of one dialect, held to the contract. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { startStandIn, startTranslating, type ServiceAnswer } from "../translate/stand.ts";
import { shopOpenApi } from "../translate/shop-contract.ts";

const json = { "content-type": "application/json" };
const good = { customer: "C1", lines: [{ sku: "a", quantity: 2 }] };

async function start(
  context: TestContext,
  options: object,
  answer: () => ServiceAnswer = () => ({ status: 201, headers: json, body: '{"id":"1"}' }),
) {
  const service = await startStandIn(context, answer);
  const text =
    `services:\n  shop:\n    contract: shop.yaml\n    instances: ["${service.url}"]\n` +
    `    policies: ${JSON.stringify([{ validate: options }])}\n`;
  const gateway = await startTranslating(context, { text, files: { "shop.yaml": shopOpenApi } });
  const post = (body: string | Buffer | ReadableStream, headers: object = json) =>
    fetch(`${gateway.url}/shop/orders`, {
      method: "POST",
      body,
      headers: { ...headers },
      duplex: "half",
    } as RequestInit);
  return { gateway, service, post };
}

interface Told {
  readonly code: string;
  readonly detail: string;
  readonly place: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}

test("a request that fits passes byte for byte, however it is cut", async (context) => {
  const { post, service } = await start(context, {});
  const body = ` { "lines" : [ {"sku":"a" , "quantity":2} ],\n"customer":"C\\u0031" } `;
  const pieces = new ReadableStream({
    async start(out) {
      for (const piece of body.match(/[^]{1,7}/g) ?? []) {
        out.enqueue(Buffer.from(piece));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      out.close();
    },
  });
  assert.equal((await post(body)).status, 201);
  const chunked = await post(pieces);
  assert.equal(chunked.status, 201);
  assert.equal(await chunked.text(), '{"id":"1"}');
  assert.deepEqual(
    service.requests.map((request) => request.body),
    [body, body],
  );
  assert.equal(service.requests[1]?.headers["transfer-encoding"], "chunked");
});

test("a request that does not fit is refused, with the place, and is never sent", async (context) => {
  const { post, service, gateway } = await start(context, {});
  const bad = { ...good, lines: [good.lines[0], { sku: "b", quantity: "many" }] };
  const refused = await post(JSON.stringify(bad));
  assert.equal(refused.status, 400);
  assert.equal(refused.headers.get("parlance-fault"), "client");
  const told = (await refused.json()) as Told;
  assert.equal(told.code, "request-unfit");
  assert.equal(told.place, "/lines/1/quantity");
  assert.match(told.detail, /expected an? .*, found a string .*line 1, column/);
  assert.deepEqual(told.errors, [{ detail: told.detail, pointer: "#/lines/1/quantity" }]);
  const cases: readonly (readonly [string, RequestInit, string])[] = [
    ["orders", { method: "POST", headers: json, body: '{"customer":"C"' }, "/customer"],
    ["orders", { method: "POST", headers: json, body: '{"customer":"C"}' }, "/lines"],
    ["orders", { method: "POST", headers: json, body: JSON.stringify({ ...good, x: 1 }) }, "/x"],
    ["orders", { method: "POST", headers: { "content-type": "text/csv" }, body: "a,b" }, ""],
    ["orders/7?lines=few", {}, "/lines"],
    ["orders/7?colour=red", {}, "/colour"],
  ];
  for (const [path, init, place] of cases) {
    const answer = await fetch(`${gateway.url}/shop/${path}`, init);
    assert.equal(answer.status, 400, path);
    const { code, place: found } = (await answer.json()) as Told;
    assert.deepEqual([code, found ?? ""], ["request-unfit", place], path);
  }
  assert.equal(service.requests.length, 0);
});

test("what the contract does not know passes where that is allowed", async (context) => {
  const { post, gateway, service } = await start(context, { requests: { unknown: "allow" } });
  assert.equal((await post(JSON.stringify({ ...good, x: 1 }))).status, 201);
  service.answer = () => ({ headers: json, body: '{"id":"7"}' });
  assert.equal((await fetch(`${gateway.url}/shop/orders/7?colour=red`)).status, 200);
  assert.equal(service.requests[0]?.body, JSON.stringify({ ...good, x: 1 }));
});

test("a compressed request is read through its coding, and passes as it came", async (context) => {
  const { post, service } = await start(context, {});
  const coded = { ...json, "content-encoding": "gzip" };
  assert.equal((await post(gzipSync(JSON.stringify(good)), coded)).status, 201);
  assert.equal(service.requests[0]?.headers["content-encoding"], "gzip");
  const bad = await post(gzipSync('{"customer":1}'), coded);
  assert.equal(((await bad.json()) as Told).place, "/customer");
  for (const [body, coding] of [
    [Buffer.from("no gzip"), "gzip"],
    [gzipSync(JSON.stringify(good)), "gzip, gzip"],
    [Buffer.from("{}"), "constructor"],
  ] as const) {
    const answer = await post(body, { ...json, "content-encoding": coding });
    assert.equal(answer.status, 400);
    assert.equal(((await answer.json()) as Told).code, "request-unfit");
  }
});

test("limits of size hold for what is compressed, too, in both directions", async (context) => {
  const text = JSON.stringify({ ...good, customer: "x".repeat(5_000_000) });
  const coded = { ...json, "content-encoding": "gzip" };
  for (const [limits, length, limit] of [
    [{}, 5_000_000, "bytesMax, 1048576 bytes"],
    [{ bytesMax: 16_777_216 }, 20_000_000, "bytesMax, 16777216 bytes"],
  ] as const) {
    const { post, service } = await start(context, { requests: limits });
    const answer = await post(gzipSync(Buffer.alloc(length, " ")), coded);
    assert.equal(answer.status, 413);
    const { code, detail } = (await answer.json()) as Told;
    assert.equal(code, "request-beyond-limits");
    assert.equal(detail, `the body grows beyond ${limit}, when it is decoded (validate)`);
    assert.equal(service.requests.length, 0);
    assert.equal((await post(JSON.stringify(good))).status, 201);
  }
  const { post } = await start(context, { requests: { bytesMax: 8_000_000 } });
  assert.equal((await post(gzipSync(text), coded)).status, 201);
  const answering = await start(context, { answers: { mode: "refuse" } });
  const headers = { ...json, "accept-encoding": "gzip" };
  answering.service.answer = () => ({ status: 201, headers: coded, body: gzipSync(text) });
  const told = await answering.post(JSON.stringify(good), headers);
  assert.equal(told.status, 502);
  assert.equal(((await told.json()) as Told).code, "answer-beyond-limits");
});

test("limits of size, depth, items, entries and lengths hold for requests", async (context) => {
  const cases: readonly (readonly [object, object, RegExp, string])[] = [
    [{ bytesMax: 40 }, good, /bytesMax of validate, 40 bytes/, ""],
    [{ itemsMax: 2 }, { ...good, lines: [1, 2, 3].map(() => good.lines[0]) }, /3 items/, "/lines"],
    [{ depthMax: 2 }, good, /depthMax, 2/, "/lines/0"],
    [{ textLengthMax: 3 }, { ...good, customer: "abcd" }, /4 characters/, "/customer"],
    [{ entriesMax: 1 }, good, /entriesMax, 1/, ""],
  ];
  for (const [limits, body, detail, place] of cases) {
    const { post, service } = await start(context, { requests: limits });
    const refused = await post(JSON.stringify(body));
    assert.equal(refused.status, 413);
    const told = (await refused.json()) as Told;
    assert.equal(told.code, "request-beyond-limits");
    assert.match(told.detail, detail);
    assert.equal(told.place ?? "", place);
    assert.equal(service.requests.length, 0);
  }
});

test("a body larger than the limit passes whole where it is only reported", async (context) => {
  const { post, service, gateway } = await start(context, {
    requests: { mode: "report", bytesMax: 1_000 },
  });
  const note = "x".repeat(300_000);
  const answer = await post(JSON.stringify({ ...good, note }));
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get("parlance-reported"), 'request-beyond-limits;place=""');
  assert.equal(service.requests[0]?.body.length, JSON.stringify({ ...good, note }).length);
  assert.equal(gateway.done[0]?.code, undefined);
});

test("what is only reported passes as it came, and the answer tells", async (context) => {
  const { post, service } = await start(context, { requests: { mode: "report" } });
  const answer = await post('{"customer":3}');
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get("parlance-reported"), 'request-unfit;place="/customer"');
  assert.equal(service.requests[0]?.body, '{"customer":3}');
  assert.equal((await post(JSON.stringify(good))).headers.get("parlance-reported"), null);
});

test("an answer that does not fit is 502, and what the service said is not passed on", async (context) => {
  const { post, service } = await start(context, { answers: { mode: "refuse" } });
  service.answer = () => ({ status: 201, headers: json, body: '{"id":7,"secret":"s3cret"}' });
  const refused = await post(JSON.stringify(good));
  assert.equal(refused.status, 502);
  assert.equal(refused.headers.get("parlance-fault"), "service");
  const text = await refused.text();
  assert.doesNotMatch(text, /s3cret/);
  const told = JSON.parse(text) as Told;
  assert.deepEqual([told.code, told.place], ["answer-unfit", "/id"]);
  assert.equal(told.detail, "the answer does not fit the contract: /id is wrong");
  const answers: readonly ServiceAnswer[] = [
    { status: 201, headers: { "content-type": "text/html" }, body: "<p>" },
    { status: 201, headers: json, body: "" },
    { status: 200, headers: json, body: "{" },
  ];
  for (const answer of answers) {
    service.answer = () => answer;
    assert.equal((await post(JSON.stringify(good))).status, 502);
  }
});

test("answers that fit pass byte for byte, faults of the service and large ones too", async (context) => {
  const { post, service } = await start(context, {
    answers: { mode: "refuse", bytesMax: 900_000 },
  });
  const answers: readonly ServiceAnswer[] = [
    { status: 201, headers: { ...json, etag: '"1"' }, body: ' {"id" : "1"}' },
    { status: 201, headers: json, body: '{"id":"1","grown":true}' },
    { status: 409, headers: json, body: '{"reason":"twice"}' },
    { status: 500, headers: { "content-type": "text/plain" }, body: "broken" },
    {
      status: 201,
      headers: json,
      body: JSON.stringify({ id: "1", order: { ...good, note: "n".repeat(600_000) } }),
    },
  ];
  for (const answer of answers) {
    service.answer = () => answer;
    const got = await post(JSON.stringify(good));
    assert.equal(got.status, answer.status);
    assert.equal(await got.text(), answer.body);
    assert.equal(got.headers.get("etag"), answer.headers?.["etag"] ?? null);
  }
});

test("an answer beyond the limit is 502, or passes and is reported", async (context) => {
  const large = JSON.stringify({ id: "1", order: { ...good, note: "n".repeat(200_000) } });
  for (const mode of ["refuse", "report"]) {
    const { post, service } = await start(context, { answers: { mode, bytesMax: 100_000 } });
    service.answer = () => ({ status: 201, headers: json, body: large });
    const got = await post(JSON.stringify(good));
    assert.equal(got.status, mode === "refuse" ? 502 : 201);
    const text = await got.text();
    if (mode === "report") assert.equal(text, large);
    else assert.equal((JSON.parse(text) as Told).code, "answer-beyond-limits");
  }
});

test("an answer that only is reported passes with what was found", async (context) => {
  const { post, service } = await start(context, {});
  service.answer = () => ({ status: 201, headers: json, body: '{"id":7}' });
  const got = await post(JSON.stringify(good));
  assert.equal(await got.text(), '{"id":7}');
  assert.equal(got.headers.get("parlance-reported"), 'answer-unfit;place="/id"');
});

test("a service without a contract has nothing to be held to", async (context) => {
  const service = await startStandIn(context, () => ({ body: "" }));
  const text = `services:\n  shop:\n    instances: ["${service.url}"]\n    policies: [{ validate: {} }]\n`;
  await assert.rejects(
    startTranslating(context, { text, files: {} }),
    /service shop has no contract that messages could be held to/,
  );
});
