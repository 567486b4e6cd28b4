/**
 * Streams of a REST service before callers of every face: its outputs, how they end, and how it is
 * seen that they broke.
 */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { GrpcObject, ServiceClientConstructor, ServiceError } from "@grpc/grpc-js";
import { connect, describedProto, packageOf } from "#tests/e2e/grpc/stand.ts";
import { envelopeOf } from "#tests/e2e/translate/soap-messages.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { listenHttp } from "#tests/support/listen-http.ts";

const contract = `openapi: 3.2.0
info: { title: ticker, version: "1" }
paths:
  /quotes/{symbol}:
    get:
      operationId: watch
      parameters: [{ name: symbol, in: path, required: true, schema: { type: string } }]
      responses:
        "200":
          description: ""
          content: { application/jsonl: { itemSchema: { $ref: "#/components/schemas/Quote" } } }
        "404":
          description: ""
          content: { application/json: { schema: { $ref: "#/components/schemas/Unknown" } } }
components:
  schemas:
    Quote:
      type: object
      required: [price, volume]
      properties: { price: { type: number }, volume: { type: integer, format: int64 } }
    Unknown: { type: object, required: [why], properties: { why: { type: string } } }
`;
const quotes = ['{"price":1.10,"volume":9007199254740993}', '{"price":0.25,"volume":2}'];

/** Symbols say what becomes of a stream. */
async function startTicker(scope: TestContext): Promise<string> {
  return listenHttp(scope, ({ url = "" }, answer) => {
    const symbol = url.split("/").at(-1);
    if (symbol === "none") {
      answer.writeHead(404, { "content-type": "application/json" });
      return void answer.end('{"why":"delisted"}');
    }
    answer.writeHead(200, { "content-type": "application/jsonl" });
    for (const quote of quotes) answer.write(`${quote}\n`);
    if (symbol === "dies") setTimeout(() => answer.destroy(), 30);
    else if (symbol === "wrong") answer.end('{"price":"cheap"}\n');
    else if (symbol === "many") answer.end(`${quotes[1]}\n`.repeat(100_000));
    else if (symbol !== "endless") answer.end();
    else {
      const more = setInterval(() => answer.write(`${quotes[0]}\n`.repeat(1_000)), 1);
      answer.on("close", () => clearInterval(more));
    }
  });
}

async function start(scope: TestContext, more = "") {
  const gateway = await startTranslating(scope, {
    text: `services:\n  ticker: { contract: ticker.yaml, instances: ["${await startTicker(scope)}"] }\n${more}`,
    files: { "ticker.yaml": contract },
  });
  const proto = describedProto("ticker", "ticker.yaml", contract);
  const ticker = packageOf(proto)["ticker"] as GrpcObject;
  const client = connect(scope, ticker["Ticker"] as ServiceClientConstructor, gateway.port);
  const behind = await startTranslating(scope, {
    text: `services:\n  ticker: { contract: ticker.proto, instances: ["${gateway.url}"] }\n`,
    files: { "ticker.proto": proto },
  });
  return { gateway, client, behind };
}

type Stand = Awaited<ReturnType<typeof start>>;

/** What a caller has seen: outputs as lists of their members, and what it knows of a failure. */
interface Seen {
  readonly outputs: readonly (readonly string[])[];
  readonly broken: string | undefined;
}

const outputs = [
  ["1.10", "9007199254740993"],
  ["0.25", "2"],
];

type Caller = (stand: Stand, symbol: string) => Promise<Seen>;

async function grpc({ client }: Stand, symbol: string): Promise<Seen> {
  const watch = client["Watch"] as (
    message: object,
  ) => AsyncIterable<Record<"price" | "volume", string>>;
  const seen: string[][] = [];
  try {
    for await (const { price, volume } of watch.call(client, { symbol }))
      seen.push([price, volume]);
    return { outputs: seen, broken: undefined };
  } catch (error) {
    return { outputs: seen, broken: (error as ServiceError).details };
  }
}

const member = (text: string): string[] =>
  Array.from(text.matchAll(/"(?:price|volume)":"?([\d.]+)/g), ([, value = ""]) => value);

/** Before a gateway whose service of gRPC is the gateway before the ticker. */
function rest(accept: string, split: (text: string) => readonly string[]): Caller {
  return async ({ behind }, symbol) => {
    const response = await fetch(`${behind.url}/ticker/Watch`, {
      method: "POST",
      headers: { accept, "content-type": "application/json" },
      body: JSON.stringify({ symbol }),
    });
    let text = "";
    let cut: string | undefined;
    try {
      const decoder = new TextDecoder();
      for await (const part of response.body ?? []) text += decoder.decode(part, { stream: true });
    } catch {
      cut = "cut off";
    }
    if (response.status !== 200) return { outputs: [], broken: text };
    const documents = split(text);
    const broken = documents.find((one) => one.includes('"detail"'));
    const good = documents.map(member).filter(({ length }) => length > 0);
    return { outputs: good, broken: cut ?? broken };
  };
}

async function soap({ gateway }: Stand, symbol: string): Promise<Seen> {
  const body = `<watch xmlns="urn:parlance:ticker"><symbol xmlns="">${symbol}</symbol></watch>`;
  const response = await fetch(`${gateway.url}/soap/ticker`, {
    method: "POST",
    headers: { "content-type": "text/xml" },
    body: envelopeOf(body),
  });
  const text = await response.text();
  const items = Array.from(
    text.matchAll(/<(?:\w+:)?item[ >].*?<\/(?:\w+:)?item>/g),
    ([one]) => one,
  );
  const seen = items.map((one) =>
    Array.from(one.matchAll(/>([\d.]+)</g), ([, value = ""]) => value),
  );
  return { outputs: seen, broken: response.status === 200 ? undefined : text };
}

async function jsonRpc({ gateway }: Stand, symbol: string): Promise<Seen> {
  const response = await fetch(`${gateway.url}/rpc/ticker`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "watch", params: { symbol } }),
  });
  const text = await response.text();
  const { error } = JSON.parse(text) as { readonly error?: object };
  if (error !== undefined) return { outputs: [], broken: text };
  return { outputs: text.split("},{").map(member), broken: undefined };
}

const callers: readonly {
  readonly name: string;
  readonly call: Caller;
  readonly whole: boolean;
}[] = [
  { name: "gRPC", call: grpc, whole: false },
  {
    name: "REST, lines",
    call: rest("application/x-ndjson", (text) => text.split("\n")),
    whole: false,
  },
  {
    name: "REST, events",
    call: rest("text/event-stream", (text) => text.split("\n\n")),
    whole: false,
  },
  {
    name: "REST, an array",
    call: rest("application/json", (text) => text.split(/(?<=\}),/)),
    whole: false,
  },
  { name: "SOAP", call: soap, whole: true },
  { name: "JSON-RPC", call: jsonRpc, whole: true },
];

const broken: readonly (readonly [symbol: string, what: string, message: RegExp])[] = [
  ["dies", "whose instance dies", /broke|closed|ended|cut off/],
  ["wrong", "with an output that is none", /output 3: |cut off/],
];

for (const { name, call, whole } of callers) {
  test(`${name}: a caller gets every output of a stream, to the digit`, async (context) => {
    const seen = await call(await start(context), "good");
    assert.deepEqual(seen, { outputs, broken: undefined });
  });

  test(`${name}: a declared fault instead of a stream is told`, async (context) => {
    const seen = await call(await start(context), "none");
    assert.deepEqual(seen.outputs, []);
    assert.ok(seen.broken, "nothing is told");
    // A .proto declares no faults: behind it the name is all that is left.
    if (name !== "gRPC") assert.match(seen.broken, /delisted|"code":"notFound"/);
  });

  for (const [symbol, what, message] of broken) {
    test(`${name}: a stream ${what} is seen to be broken`, async (context) => {
      const stand = await start(context);
      const seen = await call(stand, symbol);
      assert.deepEqual(seen.outputs, whole ? [] : outputs);
      assert.match(seen.broken ?? "nothing is told", message);
      const blames = stand.gateway.done.map(({ blame }) => blame);
      assert.ok(blames.includes("service"), JSON.stringify(blames));
    });
  }

  if (!whole) continue;

  test(`${name}: of more outputs than one answer may have, the limit is told`, async (context) => {
    const stand = await start(context);
    const seen = await call(stand, "many");
    assert.match(seen.broken ?? "", /more outputs than collectedItemsMax, 100000/);
    const short = await start(context, "limits: { documentBytesMax: 2000 }\n");
    const endless = await call(short, "endless");
    assert.match(endless.broken ?? "", /more than documentBytesMax, 2000 bytes, in all/);
  });
}
