/** Instances that are asked by an operation of their contract whether they are well. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checkConfiguration } from "#app/check-configuration.ts";
import { nodePlatform } from "#base/platform.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { temporaryFolder, until } from "#tests/support/gateway-from-text.ts";

const contract = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "up", version: "1" },
  paths: {
    "/state": {
      get: {
        operationId: "getState",
        responses: {
          200: {
            description: "How it is.",
            content: {
              "application/json": {
                schema: {
                  type: "object",
                  required: ["load"],
                  properties: { load: { type: "integer" } },
                },
              },
            },
          },
        },
      },
    },
    "/items/{id}": {
      get: {
        operationId: "getItem",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
        responses: { 200: { description: "It." } },
      },
      delete: {
        operationId: "dropAll",
        responses: { 204: { description: "Gone." } },
      },
    },
  },
});

const json = { "content-type": "application/json" };
const well = { headers: json, body: '{"load":3}' };
const soap = (body: string) => ({
  headers: { "content-type": "text/xml" },
  body: `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`,
});

for (const [name, sick] of [
  ["a status that is no success", { status: 503, headers: json, body: "{}" }],
  ["what does not fit the contract", { headers: json, body: '{"load":"much"}' }],
  ["no JSON", { headers: json, body: "<html>" }],
] as const) {
  test(`an instance whose operation gives ${name} is passed over until it is well`, async (context) => {
    let isSick = true;
    const one = await startStandIn(context, () => (isSick ? sick : well));
    const two = await startStandIn(context, () => well);
    const gateway = await startTranslating(context, {
      text: `services:
  up:
    contract: up.json
    instances: ["${one.url}", "${two.url}"]
    health: { check: operation, operation: getState, intervalMs: 100, unhealthyAfter: 1 }
`,
      files: { "up.json": contract },
    });
    const checks = () => one.requests.filter(({ headers }) => isCheck(headers)).length;
    await until(() => checks() >= 2, "two checks");
    assert.deepEqual([one.requests[0]?.method, one.requests[0]?.url], ["GET", "/state"]);
    const before = one.requests.length - checks();
    for (let count = 0; count < 6; count++) {
      assert.equal((await fetch(`${gateway.url}/up/state`)).status, 200);
    }
    assert.equal(one.requests.length - checks(), before);
    isSick = false;
    await new Promise((resolve) => setTimeout(resolve, 700));
    for (let count = 0; count < 6; count++) await fetch(`${gateway.url}/up/state`);
    assert.ok(one.requests.length - checks() > before);
  });
}

function isCheck(headers: Readonly<Record<string, unknown>>): boolean {
  return headers["user-agent"] === "parlance-health";
}

test("it is asked in the dialect of the instances", async (context) => {
  const one = await startStandIn(context, () => soap("<x/>"));
  await startTranslating(context, {
    text: `services:
  up:
    contract: up.json
    speaks: soap
    instances: ["${one.url}"]
    health: { check: operation, operation: getState, intervalMs: 100 }
`,
    files: { "up.json": contract },
  });
  await until(() => one.requests.length > 0, "a check");
  const [first] = one.requests;
  assert.equal(first?.method, "POST");
  assert.match(first?.body ?? "", /Envelope[^]*getState/i);
});

for (const [health, expected] of [
  ["{ check: operation }", "`check: operation` needs `operation`"],
  ["{ operation: getState }", "`operation` needs `check: operation` beside it"],
  ["{ check: operation, operation: getStat }", 'the contract has no operation "getStat"'],
  ["{ check: operation, operation: getItem }", "operation getItem cannot be called without input"],
] as const) {
  test(`health: ${health} is told`, async (context) => {
    const folder = temporaryFolder(context);
    const path = join(folder, "parlance.yaml");
    writeFileSync(join(folder, "up.json"), contract);
    const service = `{ contract: up.json, instances: ["http://127.0.0.1:1"], health: ${health} }`;
    writeFileSync(path, `version: 1\ncallers: open\nservices: { up: ${service} }\n`);
    const checked = await checkConfiguration({ path }, nodePlatform.files, () => undefined);
    assert.equal(checked.revision, undefined);
    const [found] = checked.diagnostics.filter(({ severity }) => severity === "error");
    assert.equal(found?.code, "bad-health-check");
    assert.ok(found?.message.includes(expected), found?.message);
  });
}

test("without a contract there is no operation to ask", async (context) => {
  const path = join(temporaryFolder(context), "parlance.yaml");
  const health = "{ check: operation, operation: getState }";
  const service = `{ instances: ["http://127.0.0.1:1"], health: ${health} }`;
  writeFileSync(path, `version: 1\ncallers: open\nservices: { up: ${service} }\n`);
  const { diagnostics } = await checkConfiguration({ path }, nodePlatform.files, () => undefined);
  assert.ok(diagnostics.some(({ message }) => message.includes("needs a `contract`")));
});

test("an operation that may change something is warned of", async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, "parlance.yaml");
  const changing = contract
    .replace("/items/{id}", "/items")
    .replace(/"parameters":\[[^\]]*\],/, "");
  writeFileSync(join(folder, "up.json"), changing);
  const health = "{ check: operation, operation: dropAll }";
  const service = `{ contract: up.json, instances: ["http://127.0.0.1:1"], health: ${health} }`;
  writeFileSync(path, `version: 1\ncallers: open\nservices: { up: ${service} }\n`);
  const checked = await checkConfiguration({ path }, nodePlatform.files, () => undefined);
  assert.ok(checked.revision);
  const [found] = checked.diagnostics.filter(({ code }) => code === "bad-health-check");
  assert.equal(found?.severity, "warning");
  assert.match(found?.message ?? "", /does not say that operation dropAll changes nothing/);
});
