import test from "node:test";
import { assertFindings, type BadInput } from "#tests/support/bad-input.ts";

const keyed = (order: string): string => `version: 1
services: { a: { instances: ["http://a"] } }
identity: { order: ${order} }
callers: { one: { key: key-of-one-0123456789, may: ["*"] } }
`;

const cases: readonly BadInput[] = [
  {
    name: "a proof that stands in the order twice",
    text: keyed("[key, key]"),
    expected: ["3:26 error bad-order `key` stands there twice"],
  },
  {
    name: "callers with keys, which the order leaves out",
    text: keyed("[token]"),
    expected: ["3:13 warning unused-proof callers prove who they are by `key`"],
  },
];

for (const bad of cases) {
  test(`${bad.name} is told`, () => assertFindings(bad));
}
