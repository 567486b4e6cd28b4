/** `parlance describe`: both languages from both contracts, to the output and to files. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createFolder } from "./run-parlance.ts";

// The keys in it are not set here, and are not needed.
const config = fileURLToPath(new URL("../../../examples/estate/parlance.yaml", import.meta.url));

test("a WSDL as OpenAPI, at the address of the gateway", () => {
  using folder = createFolder();
  const { code, out } = folder.parlance(["describe", "billing", "--config", config]);
  assert.equal(code, 0);
  const { openapi, servers, paths } = JSON.parse(out) as Record<string, unknown>;
  assert.match(String(openapi), /^3\.1\./);
  assert.deepEqual(servers, [{ url: "http://127.0.0.1:8080/billing" }]);
  assert.ok(Object.hasOwn(paths as object, "/createInvoice"));
});

test("an OpenAPI as WSDL in a file, at another address; what is lost is complained about", () => {
  using folder = createFolder();
  const address = "https://api.example.org/soap/orders";
  const args = ["describe", "orders", "--as", "wsdl", "--address", address, "--config", config];
  const { code, out, err } = folder.parlance([...args, "--out", "sub/orders.wsdl"]);
  assert.deepEqual({ code, out }, { code: 0, out: "Wrote sub/orders.wsdl.\n" });
  assert.match(err, /^info /m);
  const text = readFileSync(join(folder.path, "sub/orders.wsdl"), "utf8");
  assert.ok(text.includes(`location="${address}"`));
  const again = folder.parlance([...args, "--out", "sub/orders.wsdl"]);
  assert.equal(again.code, 3);
  assert.match(again.err, /sub\/orders\.wsdl cannot be written/);
});

test("the types as JSON Schema, and all of it as JSON", () => {
  using folder = createFolder();
  const args = ["describe", "billing", "--as", "json-schema", "--config", config];
  const schema = JSON.parse(folder.parlance(args).out) as { $schema: string; $defs: object };
  assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.ok(Object.keys(schema.$defs).length > 5);
  const told = JSON.parse(folder.parlance([...args, "--json"]).out) as Record<string, unknown>;
  assert.equal(told["mediaType"], "application/schema+json");
  assert.deepEqual(JSON.parse(String(told["text"])), schema);
});

test("a WSDL as .proto", () => {
  using folder = createFolder();
  const args = ["describe", "billing", "--as", "proto", "--config", config];
  const { code, out } = folder.parlance(args);
  assert.equal(code, 0);
  assert.match(out, /^syntax = "proto3";\n\npackage billing;\n/);
  assert.match(
    out,
    /^ {2}rpc GetInvoice\(\.billing\.GetInvoice\) returns \(GetInvoiceResponse\);$/m,
  );
});

const wrong: readonly (readonly [args: readonly string[], code: number, says: string])[] = [
  [["biling"], 1, 'there is no service "biling" (did you mean `billing`?)'],
  [["storefront"], 1, "service storefront has no contract"],
  [["billing", "--as", "wsld"], 2, "did you mean `wsdl`?"],
  [["billing", "--address", "here"], 2, '--address is "here"; expected a URL'],
  [[], 2, "SERVICE is missing"],
];

for (const [args, code, says] of wrong) {
  test(`describe ${args.join(" ")} ends with ${code} and says why`, () => {
    using folder = createFolder();
    const ended = folder.parlance(["describe", ...args, "--config", config]);
    assert.equal(ended.code, code);
    assert.ok(ended.err.includes(says), ended.err);
    assert.equal(ended.out, "");
  });
}
