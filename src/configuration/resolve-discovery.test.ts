import assert from "node:assert/strict";
import test from "node:test";
import { assertFindings, type BadInput } from "#tests/support/bad-input.ts";
import { brief, loadText } from "#tests/support/load-text.ts";

const text = (discover: string): string => `version: 1
callers: open
services:
  up:
    discover:
      ${discover}
`;

const notName = "expected http://host:port/base or https://host:port/base";
const notService = "expected http://_service._tcp.domain/base";

const cases: readonly BadInput[] = [
  {
    name: "sources without any",
    text: text("resolver: { everyMs: 1000 }"),
    expected: ["4:3 error missing-key or `discover` with `dns`, `srv`, `file` or `leases`"],
  },
  ...["http://10.0.0.1:80", "unix:/run/x.sock", "tcp://up:1", "up.test", "http://[::1]/"].map(
    (url): BadInput => ({
      name: `the name ${url}`,
      text: text(`dns: "${url}"`),
      expected: [`6:12 error bad-discovery-url ${notName}`],
    }),
  ),
  ...["http://up.test", "http://_up._tcp.test:80", "http://_up._udp.test"].map((url): BadInput => ({
    name: `the service name ${url}`,
    text: text(`srv: "${url}"`),
    expected: [`6:12 error bad-discovery-url ${notService}`],
  })),
  {
    name: "a name with a password, which is not shown",
    text: text('dns: "http://me:hush@up.test"'),
    expected: [`6:12 error bad-discovery-url ${notName}`],
  },
  {
    name: "a DNS server by its name",
    text: text('dns: "http://up.test"\n      resolver: { servers: [ns.test] }'),
    expected: ["7:29 error bad-value expected an IP address, such as 10.0.0.2"],
  },
  {
    name: "a file that is not there",
    text: text("file: gone.yaml"),
    expected: ["6:13 error unreadable-file gone.yaml"],
  },
  {
    name: "leases for longer than is allowed",
    text: text("leases: { ttlMsMax: 86400001 }"),
    expected: ["6:27 error bad-value milliseconds from 1000 to 86400000"],
  },
];

for (const one of cases) {
  test(`${one.name}: told where it stands`, () => assertFindings(one));
}

test("instances of a file are as those of the configuration, told apart by their place", () => {
  const files = {
    "list.yaml":
      '- http://10.0.0.1:9101\n- { url: "https://b.test/x", weight: 7, zone: z, priority: 1 }',
  };
  const { configuration } = loadText(text("file: list.yaml"), { files });
  const [service] = configuration?.services ?? [];
  assert.equal(service?.discovery, undefined);
  const seen = service?.instances.map(({ url, weight, zone, priority, tls }) => [
    ...[url, weight, zone, priority, tls?.serverName],
  ]);
  assert.deepEqual(seen, [
    ["http://10.0.0.1:9101", 100, undefined, undefined, undefined],
    ["https://b.test/x", 7, "z", 1, "b.test"],
  ]);
});

for (const [list, expected] of [
  ["a: 1", "1:1 error wrong-type"],
  ["- ftp://x", "1:3 error bad-instance-url"],
  ["- http://a\n- { url: http://b, wait: 1 }", "2:20 error unknown-key"],
  ["- { weight: 3 }", "1:3 error missing-key"],
  ["[", "1:2 error"],
] as const) {
  test(`a file of ${JSON.stringify(list)} is told at its own line`, () => {
    const loaded = loadText(text("file: list.yaml"), { files: { "list.yaml": list } });
    const found = loaded.diagnostics.find(({ severity }) => severity === "error");
    assert.ok(found);
    assert.equal(found.source?.file, "list.yaml");
    assert.ok(brief(found).startsWith(expected), brief(found));
  });
}
