import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { checkConfiguration } from "#app/check-configuration.ts";
import { nodePlatform } from "#base/platform.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { startShop, statelessRequest } from "./shop.ts";

interface Result {
  readonly tools?: { name: string; _meta?: unknown }[];
  readonly nextCursor?: string;
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  readonly content?: { text: string }[];
  readonly _meta?: Record<string, unknown>;
}

async function ask(
  url: string,
  method: string,
  params: Record<string, unknown> = {},
  meta = {},
): Promise<Result> {
  const { headers, body } = statelessRequest(method, params, { meta });
  const response = await fetch(url, { method: "POST", headers, body });
  const told = (await response.json()) as { result?: Result };
  assert.ok(told.result, JSON.stringify(told));
  return told.result;
}

async function findings(scope: TestContext, service: string): Promise<readonly string[]> {
  const folder = temporaryFolder(scope);
  const path = join(folder, "parlance.yaml");
  writeFileSync(join(folder, "shop.yaml"), shopOpenApi);
  writeFileSync(path, `version: 1\ncallers: open\nservices:\n  shop: ${service}\n`);
  const { diagnostics } = await checkConfiguration({ path }, nodePlatform.files, () => undefined);
  return diagnostics.map(
    ({ severity, code, suggestion }) => `${severity} ${code} ${suggestion ?? ""}`,
  );
}

const at = 'instances: ["http://127.0.0.1:1"]';

test("an offer of what is no operation is complained about, with what was meant", async (scope) => {
  const found = await findings(scope, `{ ${at}, contract: shop.yaml, mcp: [getOrders, "x*"] }`);
  assert.ok(found.includes("warning unknown-offer did you mean `getOrder`?"), found.join());
  assert.ok(found.includes("warning unknown-offer "), found.join());
});

test("an offer without a contract is refused, and one that is no name", async (scope) => {
  const found = await findings(scope, `{ ${at}, mcp: ["*"] }`);
  assert.ok(found.includes("error mcp-without-contract "), found.join());
  const others = await findings(scope, `{ ${at}, contract: shop.yaml, mcp: ["*x"] }`);
  assert.ok(
    others.some((one) => one.startsWith("error ")),
    others.join(),
  );
});

test("patterns offer what begins so", async (context) => {
  const { gateway } = await startShop(context, { mcp: '["get*"]' });
  const { tools } = await ask(`${gateway.url}/mcp`, "tools/list");
  assert.deepEqual(
    tools?.map(({ name }) => name),
    ["shop.getOrder"],
  );
});

test("many tools are listed page by page, each once and in the same order", async (context) => {
  const service = await startStandIn(context, () => ({ body: "{}" }));
  const tools = Array.from({ length: 250 }, (_, index) => ({
    name: `tool_${index}`,
    inputSchema: { type: "object" },
  }));
  const gateway = await startTranslating(context, {
    text: `services:\n  many: { contract: t.json, instances: ["${service.url}"], mcp: ["*"] }\n`,
    files: { "t.json": JSON.stringify({ tools }) },
  });
  const names: string[] = [];
  const sizes: number[] = [];
  let cursor: string | undefined;
  do {
    const given = cursor === undefined ? {} : { cursor };
    const page = await ask(`${gateway.url}/mcp/many`, "tools/list", given);
    names.push(...(page.tools ?? []).map(({ name }) => name));
    sizes.push(page.tools?.length ?? 0);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  assert.deepEqual(sizes, [100, 100, 50]);
  assert.deepEqual(
    names,
    tools.map(({ name }) => name),
  );
});

test("a gateway behind a gateway: faults come through as they were", async (context) => {
  const { gateway: far } = await startShop(context);
  const near = await startTranslating(context, {
    text: `services:
  shop:
    contract: shop.yaml
    speaks: mcp
    instances: ["${far.url}/mcp/shop"]
`,
    files: { "shop.yaml": shopOpenApi },
  });
  const found = await fetch(`${near.url}/shop/orders/7`);
  assert.deepEqual(await found.json(), { id: "7" });
  const missing = await fetch(`${near.url}/shop/orders/404`);
  assert.equal(missing.status, 404);
  assert.deepEqual(await missing.json(), { reason: "no such order" });
});

const withHeaders = `openapi: 3.1.0
info: { title: Shop, version: 1.0.0 }
paths:
  /orders:
    get:
      operationId: list
      parameters:
        - { name: X-Trace, in: header, schema: { type: string } }
      responses:
        "200":
          description: ""
          headers: { X-Total: { schema: { type: integer, format: int64 } } }
          content: { application/json: { schema: { type: object, properties: { n: { type: integer } } } } }
`;

test("typed headers of an answer stand in its _meta", async (context) => {
  const headers = { "content-type": "application/json", "x-total": "9007199254740993" };
  const service = await startStandIn(context, () => ({ headers, body: '{"n":1}' }));
  const gateway = await startTranslating(context, {
    text: `services:\n  shop: { contract: h.yaml, instances: ["${service.url}"], mcp: ["*"] }\n`,
    files: { "h.yaml": withHeaders },
  });
  const { tools } = await ask(`${gateway.url}/mcp`, "tools/list");
  assert.match(JSON.stringify(tools?.[0]), /X-Total/);
  const { headers: sent, body } = statelessRequest("tools/call", { name: "shop.list" });
  const response = await fetch(`${gateway.url}/mcp`, { method: "POST", headers: sent, body });
  assert.match(await response.text(), /"X-Total":"?9007199254740993/);
});

test("a notification is taken, and discovery tells the versions", async (context) => {
  const { gateway } = await startShop(context);
  const { headers } = statelessRequest("x");
  const body = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}';
  const taken = await fetch(`${gateway.url}/mcp`, { method: "POST", headers, body });
  assert.equal(taken.status, 202);
  assert.equal(await taken.text(), "");
  const found = (await ask(`${gateway.url}/mcp`, "server/discover")) as Record<string, unknown>;
  assert.deepEqual(found["supportedVersions"], ["2026-07-28", "2025-11-25", "2025-06-18"]);
  assert.deepEqual(found["capabilities"], { tools: {} });
});
