import assert from "node:assert/strict";
import test from "node:test";
import { loadText } from "#tests/support/load-text.ts";
import type { Configuration } from "./configuration.ts";
import { diffConfigurations } from "./diff.ts";
import { createRevision } from "./revision.ts";

function load(text: string): Configuration {
  const { configuration, diagnostics } = loadText(text);
  assert.ok(configuration !== undefined, JSON.stringify(diagnostics));
  return configuration;
}

const text = `version: 1
services:
  a: { instances: ["http://a"] }
  b: { instances: ["http://b"], routes: [{ id: r, path: /r, headers: { source: x, z: y } }] }
callers:
  shop: { key: 0123456789abcdeX, may: ["a.*"] }
`;
const before = load(text);

test("a revision is named by 16 hex digits of what it says", () => {
  assert.match(createRevision(before).id, /^[0-9a-f]{16}$/);
  assert.equal(createRevision(before).configuration, before);
});

const same: readonly (readonly [string, string])[] = [
  ["comments and lines that move", `# first\n\n${text}# last\n`],
  ["the order of keys in a map", text.replace("{ source: x, z: y }", "{ z: y, source: x }")],
  ["defaults that are written out", `${text}listen: { port: 8080 }\nlog: { level: info }\n`],
];

for (const [name, written] of same) {
  test(`${name} make no other revision and no difference`, () => {
    const after = load(written);
    assert.equal(createRevision(after).id, createRevision(before).id);
    assert.deepEqual(diffConfigurations(before, after), []);
  });
}

const different: readonly (readonly [from: string, to: string, changes: readonly string[]])[] = [
  ['["http://a"]', '["http://a:1"]', ["changed services.a.instances"]],
  ["  a: {", "  c: {", ["added services.c", "removed services.a"]],
  ["source: x", "source: y", ["changed services.b.routes"]],
  ["eX", "eY", ["changed callers.shop.keysSha256"]],
  ['may: ["a.*"]', 'may: ["b.*"]', ["changed callers.shop.may"]],
  ["version: 1", "version: 1\nlisten: { port: 1 }", ["changed listen.port"]],
  ["version: 1", "version: 1\ntimeouts: { drainMs: 1 }", ["changed timeouts.drainMs"]],
  ["version: 1", "version: 1\nlog: { exchanges: all }", ["changed log.exchanges"]],
  [/callers:[^]*/.exec(text)?.[0] ?? "", "callers: open", ["changed callers"]],
  [/callers:[^]*/.exec(text)?.[0] ?? "", "callers: {}", ["removed callers.shop"]],
  [/ {2}a: .*\n {2}b: .*/.exec(text)?.[0] ?? "", "  b: swapped", ["changed services"]],
];

for (const [from, to, changes] of different) {
  test(`${changes.join(" and ")} is another revision and is listed`, () => {
    const [a = "", b = ""] = from.split("\n");
    const after = load(text.replace(from, to.includes("swapped") ? `${b}\n${a}` : to));
    assert.notEqual(createRevision(after).id, createRevision(before).id);
    const listed = diffConfigurations(before, after).map(({ kind, path }) => `${kind} ${path}`);
    assert.deepEqual(listed, changes);
  });
}

test("keys of callers do not stand in a configuration", () => {
  assert.ok(!JSON.stringify(before).includes("0123456789abcdeX"));
});
