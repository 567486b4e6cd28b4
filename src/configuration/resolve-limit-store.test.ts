import test from "node:test";
import { assertFindings, type BadInput } from "#tests/support/bad-input.ts";

const store = (inner: string): string => `version: 1
callers: open
services: { a: { instances: ["http://a"] } }
limitStore: ${inner}
`;

const cases: readonly BadInput[] = [
  ...["http://cache", "valkey:cache", "valkey://cache/x", "valkey://cache:0", "redis:// "].map(
    (url): BadInput => ({
      name: `the store ${url}`,
      text: store(`{ url: "${url}" }`),
      expected: ["4:20 error bad-limit-store expected valkey://host:port/database"],
    }),
  ),
  {
    name: "a store with a password in its URL, which is not shown",
    text: store('{ url: "redis://me:hush@cache" }'),
    expected: ["4:20 error bad-limit-store a user name and password cannot be part of it"],
  },
  {
    name: "TLS options of a store without TLS",
    text: store('{ url: "valkey://cache", tls: { serverName: cache } }'),
    expected: ["4:38 error tls-without-valkeys only for valkeys://"],
  },
  {
    name: "an authority that is not there",
    text: store('{ url: "valkeys://cache", tls: { ca: gone.pem } }'),
    expected: ["4:50 error unreadable-file gone.pem"],
  },
  {
    name: "a certificate without its key",
    text: store('{ url: "valkeys://cache", tls: { cert: gone.pem } }'),
    expected: [
      "4:52 error missing-key `cert` needs `key` beside it",
      "4:52 error unreadable-file gone.pem",
    ],
  },
  {
    name: "a password that goes over the network in the clear",
    text: store('{ url: "valkey://cache", password: x }'),
    expected: ["4:20 warning password-without-tls in the clear"],
  },
  {
    name: "what there is not to do when it is away",
    text: store('{ url: "valkey://127.0.0.1", whenAway: queue }'),
    expected: ["4:52 error bad-value"],
  },
];

for (const one of cases) {
  test(`${one.name} is told`, () => assertFindings(one));
}
