/** `parlance init`: what it writes is fine, and what stands there is safe. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createFolder } from "./run-parlance.ts";

test("init writes a configuration that check finds fine, and the schema that it names", () => {
  using folder = createFolder();
  const { code, out } = folder.parlance(["init"]);
  assert.equal(code, 0);
  assert.equal(
    out,
    "Wrote parlance.yaml and parlance.schema.json.\nNext: parlance start --config parlance.yaml\n",
  );
  const text = readFileSync(join(folder.path, "parlance.yaml"), "utf8");
  assert.match(text, /^# yaml-language-server: \$schema=\.\/parlance\.schema\.json\n/);
  const schema: unknown = JSON.parse(
    readFileSync(join(folder.path, "parlance.schema.json"), "utf8"),
  );
  assert.equal((schema as { title: string }).title, "parlance.yaml");
  const checked = folder.parlance(["check", "--strict"]);
  assert.equal(checked.code, 0, checked.out);
  assert.match(checked.out, /1 service, 1 route, open to anybody/);
});

test("init writes the services it is given, into a folder that it makes", () => {
  using folder = createFolder();
  const services = ["a=http://127.0.0.1:1", "b=unix:/run/b.sock:/base", "a=https://a.example/v1"];
  const options = services.flatMap((service) => ["--service", service]);
  const { code, out } = folder.parlance(["init", "new/gateway", ...options, "--json"]);
  assert.equal(code, 0);
  const written = ["new/gateway/parlance.yaml", "new/gateway/parlance.schema.json"];
  assert.deepEqual(JSON.parse(out), { written });
  const explained = folder.parlance(["explain", "GET", "/b/x", "--config", written[0] ?? ""]);
  assert.equal(explained.code, 0, explained.out);
  const text = readFileSync(join(folder.path, "new/gateway/parlance.yaml"), "utf8");
  assert.ok(text.includes('instances: ["http://127.0.0.1:1", "https://a.example/v1"]'), text);
});

test("init leaves an existing parlance.yaml as it is and ends with 3", () => {
  using folder = createFolder();
  folder.write("parlance.yaml", "mine");
  const { code, err } = folder.parlance(["init"]);
  assert.equal(code, 3);
  assert.equal(err, "parlance init: parlance.yaml exists and is left as it is\n");
  assert.equal(readFileSync(join(folder.path, "parlance.yaml"), "utf8"), "mine");
  assert.equal(existsSync(join(folder.path, "parlance.schema.json")), false);
});

test("init below a file ends with 3 and says what cannot be written", () => {
  using folder = createFolder();
  folder.write("file", "");
  const { code, out } = folder.parlance(["init", "file/below", "--json"]);
  assert.equal(code, 3);
  assert.match(out, /file\/below\/parlance\.yaml cannot be written/);
});
