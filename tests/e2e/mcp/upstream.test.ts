import assert from "node:assert/strict";
import test from "node:test";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { startServer } from "./weather-server.ts";

const json = { "content-type": "application/json" };

const tools = (version: string): string =>
  JSON.stringify({
    protocolVersion: version,
    tools: [
      {
        name: "get_forecast",
        description: "What the weather will be.",
        inputSchema: {
          type: "object",
          properties: {
            city: { type: "string", "x-mcp-header": "City" },
            days: { type: "integer", format: "int32" },
          },
          required: ["city"],
          additionalProperties: false,
        },
        outputSchema: {
          type: "object",
          properties: { city: { type: "string" }, degrees: { $ref: "#/$defs/Degrees" } },
          required: ["city", "degrees"],
          $defs: { Degrees: { type: "array", items: { type: "number" } } },
        },
        annotations: { readOnlyHint: true },
      },
      { name: "say.hello", inputSchema: { type: "object", properties: {} } },
    ],
  });

for (const version of ["2026-07-28", "2025-11-25"]) {
  test(`REST and SOAP callers reach a server of MCP ${version}`, async (context) => {
    const url = await startServer(context);
    const gateway = await startTranslating(context, {
      text: `services:\n  weather: { contract: tools.json, instances: ["${url}"], mcp: ["*"] }\n`,
      files: { "tools.json": tools(version) },
    });
    const ask = (operation: string, body: object) =>
      fetch(`${gateway.url}/weather/${operation}`, {
        method: "POST",
        body: JSON.stringify(body),
        headers: json,
      });
    const found = await ask("get_forecast", { city: "Köln", days: 2 });
    assert.equal(found.status, 200, await found.clone().text());
    assert.deepEqual(await found.json(), { city: "Köln", degrees: [0.5, 1.5] });
    const hello = await ask("sayHello", {});
    assert.deepEqual(await hello.json(), { content: [{ type: "text", text: "hello" }] });
    const failed = await ask("get_forecast", { city: "Atlantis" });
    assert.equal(failed.status, 500);
    const problem = (await failed.json()) as Record<string, unknown>;
    assert.equal(problem["code"], "tool-error");
    assert.match(JSON.stringify(problem), /there is no such city/);
    const soap = await fetch(`${gateway.url}/soap/weather`, {
      method: "POST",
      headers: { "content-type": "text/xml" },
      body: `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
      <get_forecast xmlns="urn:parlance:tools"><city xmlns="">Rome</city></get_forecast></e:Body></e:Envelope>`,
    });
    assert.match(await soap.text(), /0\.5/);
  });
}

/** What a server may say, and what REST callers get. */
const answers: readonly [
  what: string,
  answer: { headers?: object; body: string; status?: number },
  status: number,
  says: RegExp,
][] = [
  [
    "events before the response",
    {
      headers: { "content-type": "text/event-stream" },
      body:
        'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n' +
        'data: {"jsonrpc":"2.0","id":1,"result":{"structuredContent":{"city":"x","degrees":[12345678901234567890.5]}}}\n\n',
    },
    200,
    /"city":"x"/,
  ],
  [
    "a question of its own before the response",
    {
      headers: { "content-type": "text/event-stream" },
      body:
        'data: {"jsonrpc":"2.0","id":1,"method":"ping"}\n\n' +
        'data: {"jsonrpc":"2.0","id":1,"result":{"structuredContent":{"city":"x","degrees":[]}}}\n\n',
    },
    200,
    /"city":"x"/,
  ],
  [
    "events without a response",
    { headers: { "content-type": "text/event-stream" }, body: "data: {}\n\n" },
    500,
    /without a response/,
  ],
  ["no JSON", { body: "<html>" }, 500, /no response of JSON-RPC/],
  ["a status alone", { status: 503, body: "" }, 503, /status 503/],
  [
    "another id",
    { body: '{"jsonrpc":"2.0","id":7,"result":{}}' },
    500,
    /its id is not that of the request/,
  ],
  [
    "a wish for a session",
    {
      status: 400,
      body: '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"No session"}}',
    },
    500,
    /No session \(the server may want a session/,
  ],
  [
    "a session that is none",
    {
      status: 404,
      body: '{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}',
    },
    500,
    /Session not found \(the server may want a session.*"kind":"unknown"/,
  ],
  [
    "another version",
    { status: 400, body: '{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"No"}}' },
    500,
    /import the service again/,
  ],
  [
    "a question",
    { body: '{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required"}}' },
    501,
    /asks for what callers cannot give/,
  ],
  [
    "nothing that was promised",
    { body: '{"jsonrpc":"2.0","id":1,"result":{"content":[]}}' },
    500,
    /no structured content/,
  ],
  [
    "another type",
    { body: '{"jsonrpc":"2.0","id":1,"result":{"structuredContent":{"city":1,"degrees":[]}}}' },
    500,
    /structuredContent\/city/,
  ],
];

for (const [what, answer, status, says] of answers) {
  test(`a server that answers with ${what} is understood`, async (context) => {
    const service = await startStandIn(context, () => ({ headers: json, ...answer }) as never);
    const gateway = await startTranslating(context, {
      text: `services:\n  weather: { contract: tools.json, instances: ["${service.url}/mcp"] }\n`,
      files: { "tools.json": tools("2026-07-28") },
    });
    const response = await fetch(`${gateway.url}/weather/get_forecast`, {
      method: "POST",
      body: '{"city":"x"}',
      headers: json,
    });
    const text = await response.text();
    assert.match(text, says);
    assert.equal(response.status, status, text);
    const [seen] = service.requests;
    assert.equal(seen?.url, "/mcp");
    assert.equal(seen?.headers["mcp-name"], "get_forecast");
    assert.equal(seen?.headers["mcp-param-city"], "x");
  });
}
