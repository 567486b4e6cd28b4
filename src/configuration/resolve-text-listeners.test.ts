import assert from "node:assert/strict";
import test from "node:test";
import { loadText } from "#tests/support/load-text.ts";

const rest = `services: { a: { instances: ["http://127.0.0.1:1"] } }
callers: { depot: { key: key-of-the-depot-1, may: [] } }
`;

test("a port is for a service, and callers are known by their blocks", () => {
  const { configuration } = loadText(
    `version: 1\nlisten: { host: 127.0.0.1, text: [{ port: 9300, service: a, caller: depot, ` +
      `callers: { 10.1.2.3: depot, "2001:db8::/32": depot } }] }\n${rest}`,
  );
  assert.deepEqual(configuration?.listen.text, [
    {
      ...{ host: "127.0.0.1", port: 9300, service: "a", caller: "depot" },
      callers: [
        { block: "10.1.2.3/32", caller: "depot" },
        { block: "2001:db8::/32", caller: "depot" },
      ],
    },
  ]);
});

const wrong: readonly (readonly [string, string, string])[] = [
  ["{ port: 8080, service: a }", "same-port", "port 8080 is taken by another port"],
  ["{ port: 9300, service: aa }", "no-service", 'there is no service "aa"'],
  ["{ port: 9300, service: a, caller: depto }", "no-caller", 'there is no caller "depto"'],
  ["{ port: 9300, service: a, callers: { x: depot } }", "bad-cidr", '"x" is not a CIDR block'],
];

for (const [listener, code, message] of wrong) {
  test(`${listener} is told with its place`, () => {
    const { diagnostics } = loadText(`version: 1\nlisten: { text: [${listener}] }\n${rest}`);
    const [found] = diagnostics.filter(({ severity }) => severity === "error");
    assert.equal(found?.code, code);
    assert.ok(found.message.includes(message), found.message);
    assert.equal(found.source?.line, 2);
  });
}
