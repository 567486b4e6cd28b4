/** Operations whose paths the router cannot tell apart: nobody gets past what it may call. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { startTranslating } from "./stand.ts";

const parameters = [{ name: "id", in: "path", required: true, schema: { type: "string" } }];
const content = { "application/json": { schema: { type: "object", additionalProperties: true } } };
const responses = { 200: { description: "found", content } };
const get = (operationId: string) => ({ get: { operationId, parameters, responses } });
const document = {
  openapi: "3.1.0",
  info: { title: "files", version: "1" },
  paths: {
    "/files/{id}": get("getFile"),
    "/files/{id}.secret": get("getSecret"),
    "/notes/{id}": get("getNote"),
  },
};

async function start(context: TestContext) {
  const asked: string[] = [];
  const service = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader("content-type", "application/json");
    response.end('{"a":1}');
  });
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  context.after(() => service.close());
  const { port } = service.address() as AddressInfo;
  const gateway = await startTranslating(context, {
    text: `services:
  s: { contract: s.json, instances: ["http://127.0.0.1:${port}"] }
callers:
  one: { key: key-of-one-0123456789, may: ["s.getFile", "s.getNote"] }
  all: { key: key-of-all-0123456789, may: ["s.*"] }
`,
    files: { "s.json": JSON.stringify(document) },
  });
  const ask = async (path: string, key: string) => {
    const headers = { "x-api-key": `key-of-${key}-0123456789` };
    const response = await fetch(`${gateway.url}/s${path}`, { headers });
    return { status: response.status, text: await response.text() };
  };
  return { asked, ask };
}

test("a path that belongs to another operation is refused to whom that is not allowed", async (context) => {
  const { asked, ask } = await start(context);
  const refused = await ask("/files/1.secret", "one");
  assert.equal(refused.status, 403, refused.text);
  assert.match(refused.text, /s\.getSecret/);
  assert.deepEqual(asked, []);
  assert.equal((await ask("/files/1", "one")).status, 200);
  assert.equal((await ask("/notes/1", "one")).status, 200);
  assert.equal((await ask("/files/1.secret", "all")).status, 200);
  assert.deepEqual(asked, ["GET /files/1", "GET /notes/1", "GET /files/1.secret"]);
});
