import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { getIntrospectionQuery } from "graphql";
import { checkConfiguration } from "#app/check-configuration.ts";
import { importService } from "#app/import-service.ts";
import { nodePlatform } from "#base/platform.ts";
import type { Contract } from "#contract/contract.ts";
import { importSchema } from "#protocols/graphql/import.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startStandIn } from "#tests/e2e/translate/stand.ts";
import { catalogSdl, startYoga } from "./stand.ts";

const json = { "content-type": "application/json" };

function configure(scope: test.TestContext): string {
  const path = join(temporaryFolder(scope), "parlance.yaml");
  const text = 'version: 1\nservices:\n  x: { instances: ["http://127.0.0.1:1"] }\ncallers: open\n';
  nodePlatform.files.writeNew(path, text);
  return path;
}

/** Without what depends on the file. */
function plain({ types, operations }: Contract): unknown {
  return JSON.parse(
    JSON.stringify([[...types.values()], operations], (key, value: unknown) =>
      key === "origin" ? undefined : value,
    ),
  );
}

function read(text: string) {
  return importSchema({ file: "/catalog.graphql", text, read: () => undefined });
}

test("a running server is asked for its schema, which is kept in its own language", async (context) => {
  const { url } = await startYoga(context);
  const configPath = configure(context);
  const options = { configPath, source: url, name: "catalog", instances: [] };
  const outcome = await importService(options, nodePlatform);
  assert.equal(outcome.kind, "added", JSON.stringify(outcome));
  if (outcome.kind !== "added") return;
  assert.equal(outcome.dialect, "graphql");
  assert.deepEqual(outcome.instances, [url]);
  assert.equal(outcome.contract, "contracts/catalog.graphql");
  const text = readFileSync(join(dirname(configPath), outcome.contract), "utf8");
  assert.match(text, /^"""What a product is for\."""$/m);
  const { revision } = await checkConfiguration(
    { path: configPath },
    nodePlatform.files,
    () => undefined,
  );
  const contract = revision?.contracts.get("catalog");
  assert.deepEqual(
    contract?.operations.map(({ id, mode, safety }) => `${id} ${mode} ${safety}`),
    [
      "product unary safe",
      "products unary safe",
      "search unary safe",
      "count unary safe",
      "addProduct unary unsafe",
      "priceChanged server-stream safe",
    ],
  );
});

test("the result of introspection says what the schema's language says", async (context) => {
  const { url } = await startYoga(context);
  const body = JSON.stringify({ query: getIntrospectionQuery({ specifiedByUrl: true }) });
  const response = await fetch(url, { method: "POST", headers: json, body });
  const result = await response.text();
  const { data } = JSON.parse(result) as { data: object };
  const own = read(catalogSdl);
  for (const text of [result, JSON.stringify(data)]) {
    const { contract, diagnostics } = read(text);
    assert.deepEqual(plain(contract), plain(own.contract));
    assert.deepEqual(
      diagnostics.map(({ code, source }) => [code, source?.line]),
      own.diagnostics.map(({ code }) => [code, 1]),
    );
  }
});

test("a server that keeps its schema to itself is said to do so", async (context) => {
  const service = await startStandIn(context, ({ method }) =>
    method === "GET"
      ? { status: 400, headers: json, body: '{"errors":[{"message":"no query"}]}' }
      : { headers: json, body: '{"errors":[{"message":"introspection is disabled"}]}' },
  );
  const options = { configPath: configure(context), name: undefined, instances: [] };
  const outcome = await importService(
    { ...options, source: `${service.url}/graphql` },
    nodePlatform,
  );
  assert.equal(outcome.kind, "refused");
  assert.match(JSON.stringify(outcome), /does not tell its schema \(introspection is disabled\)/);
});

test("a server that tells nonsense instead of its schema is refused", async (context) => {
  const service = await startStandIn(context, ({ method }) =>
    method === "GET"
      ? { headers: { "content-type": "text/html" }, body: "<html>GraphiQL</html>" }
      : { headers: json, body: '{"data":{"__schema":{"queryType":{"name":"Q"},"types":7}}}' },
  );
  const options = { configPath: configure(context), name: undefined, instances: [] };
  const outcome = await importService(
    { ...options, source: `${service.url}/graphql` },
    nodePlatform,
  );
  assert.equal(outcome.kind, "refused");
  assert.match(JSON.stringify(outcome), /a schema that cannot be read/);
});
