import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { importService } from "#app/import-service.ts";
import { describeService } from "#app/describe-service.ts";
import { checkConfiguration } from "#app/check-configuration.ts";
import { nodePlatform } from "#base/platform.ts";
import { importTools } from "#protocols/mcp/import.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startStandIn } from "#tests/e2e/translate/stand.ts";
import { startServer } from "./weather-server.ts";

function configure(scope: test.TestContext): string {
  const path = join(temporaryFolder(scope), "parlance.yaml");
  const text = 'version: 1\nservices:\n  x: { instances: ["http://127.0.0.1:1"] }\ncallers: open\n';
  nodePlatform.files.writeNew(path, text);
  return path;
}

test("a running server is asked for its tools, which become operations", async (context) => {
  const url = await startServer(context);
  const configPath = configure(context);
  const options = { configPath, source: url, name: "weather", instances: [] };
  const outcome = await importService(options, nodePlatform);
  assert.equal(outcome.kind, "added", JSON.stringify(outcome));
  if (outcome.kind !== "added") return;
  assert.equal(outcome.dialect, "mcp");
  assert.deepEqual(outcome.instances, [url]);
  assert.deepEqual(
    outcome.operations.map(({ id }) => id),
    ["get_forecast", "sayHello"],
  );
  const { revision } = await checkConfiguration(
    { path: configPath },
    nodePlatform.files,
    () => undefined,
  );
  assert.ok(revision);
  const [forecast, hello] = revision.contracts.get("weather")?.operations ?? [];
  assert.equal(forecast?.safety, "safe");
  assert.equal(forecast?.mcp?.version, "2026-07-28");
  assert.equal(hello?.safety, "unsafe");
  assert.equal(hello?.mcp?.tool, "say.hello");
  const language = "mcp" as const;
  const described = describeService(revision, { service: "weather", language, address: undefined });
  assert.equal(described.kind, "described");
  if (described.kind !== "described") return;
  const again = importTools({ file: "again.json", text: described.text, read: () => undefined });
  assert.deepEqual(again.diagnostics, []);
  const plain = (operations: typeof again.contract.operations) =>
    JSON.stringify(
      operations.map(({ id, safety, input, output, mcp }) => ({ id, safety, input, output, mcp })),
      (key, value: unknown) => (key === "origin" ? undefined : value),
    );
  const given = revision.contracts.get("weather")?.operations ?? [];
  assert.equal(plain(again.contract.operations), plain(given));
});

test("a server of the handshake alone is asked in its version, page by page", async (context) => {
  const json = { "content-type": "application/json" };
  const service = await startStandIn(context, ({ method, body, headers }) => {
    if (method === "GET") return { status: 405, body: "" };
    const { method: name, params } = JSON.parse(body) as {
      method: string;
      params: { cursor?: string };
    };
    const result = (value: object) => ({
      headers: { ...json, "mcp-session-id": "s1" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, result: value }),
    });
    if (name === "initialize") return result({ protocolVersion: "2025-11-25", capabilities: {} });
    if (headers["mcp-session-id"] !== "s1") return { status: 400, body: "no session" };
    if (name !== "tools/list") return { status: 202, body: "" };
    const tool = { name: params.cursor ?? "one", inputSchema: { type: "object" } };
    return result({ tools: [tool], ...(params.cursor === undefined ? { nextCursor: "two" } : {}) });
  });
  const configPath = configure(context);
  const source = `${service.url}/mcp`;
  const options = { configPath, source, name: "old", instances: [] };
  const outcome = await importService(options, nodePlatform);
  assert.equal(outcome.kind, "added", JSON.stringify(outcome));
  if (outcome.kind !== "added") return;
  assert.deepEqual(
    outcome.operations.map(({ id }) => id),
    ["one", "two"],
  );
  assert.ok(outcome.diagnostics.some(({ code }) => code === "mcp-session"));
  const text = readFileSync(join(configPath, "../contracts/old.json"), "utf8");
  assert.match(text, /"protocolVersion": "2025-11-25"/);
});
