import test from "node:test";
import { ok, open, assertFindings, type BadInput } from "#tests/support/bad-input.ts";

const documents: readonly BadInput[] = [
  { name: "an empty file", text: "", expected: ["1:1 error empty-file"] },
  { name: "a file of comments", text: "# nothing\n\n", expected: ["1:1 error empty-file"] },
  { name: "a text", text: "hello", expected: ["1:1 error wrong-type"] },
  { name: "a list", text: "- a\n", expected: ["1:1 error wrong-type"] },
  { name: "a repeated key", text: `${ok}version: 1\n`, expected: ["3:1 error repeated-key"] },
  {
    name: "a repeated key of a service",
    text: "version: 1\nservices:\n  a:\n    host: caller\n    host: caller\n",
    expected: [
      "5:5 error repeated-key key `host` stands here a second time; the first is in line 4",
    ],
  },
  { name: "two documents", text: `${ok}---\n${ok}`, expected: ["3:1 error several-documents"] },
  { name: "a tab", text: `${ok}listen:\n\tport: 1\n`, expected: ["4:1 error tab-indent"] },
  { name: "an open quote", text: `${ok}log: "x\n`, expected: ["4:1 error yaml-syntax"] },
  { name: "an open bracket", text: "version: [1\n", expected: ["2:1 error yaml-syntax"] },
  {
    name: "a colon in plain text",
    text: "version: 1\nlog: a: b\n",
    expected: ["2:6 error yaml-syntax check the indentation"],
  },
  {
    name: "a reference without quotes inside braces",
    text: `${ok}listen: { port: \${PORT} }\n`,
    env: { PORT: "1" },
    expected: ["3:18 error yaml-syntax write references in quotes"],
  },
  {
    name: "a path without quotes in a flow map",
    text: `${ok}callers: open\nx: { path: /orders/{id} }\n`,
    expected: ["4:20 error yaml-syntax write paths in quotes"],
  },
  {
    name: "a merge key",
    text: `version: 1\ncallers: open\nservices: { a: &a { instances: [x] }, b: { <<: *a } }\n`,
    expected: ["3:44 error unknown-key YAML 1.2 merges no maps"],
  },
  { name: "a tag", text: "version: !one 1\n", expected: ["1:10 error yaml-tag"] },
  { name: "YAML 1.1", text: `%YAML 1.1\n---\n${ok}`, expected: ["1:1 error yaml-version"] },
  { name: "a map as a key", text: `${ok}? [a]\n: 1\n`, expected: ["3:3 error key-not-text"] },
  { name: "an alias of nothing", text: "version: *a\n", expected: ["1:10 error unknown-alias"] },
  { name: "an alias of itself", text: "a: &a [*a]\n", expected: ["1:7 error nested-too-deep"] },
  {
    name: "an alias bomb",
    text: `a0: &a0 [x]
${Array.from({ length: 9 }, (_, at) => bombLine(at)).join("")}`,
    expected: ["5:22 error too-many-aliases"],
  },
  {
    name: "brackets without end",
    text: "[".repeat(20_000),
    expected: ["1 error nested-too-deep"],
  },
  {
    name: "a control character",
    text: "version: 1\na: \u0000",
    expected: ["2:4 error control-ch"],
  },
  {
    name: "UTF-16",
    text: Buffer.from(`\ufeff${ok}`, "utf16le"),
    expected: ["1:1 error not-utf8 UTF-16"],
  },
  {
    name: "a byte that is not UTF-8 behind a replacement character that is",
    text: Buffer.concat([Buffer.from("a: 1\nb: \ufffd"), Buffer.from([0xff])]),
    expected: ["2:5 error not-utf8"],
  },
  {
    name: "a byte order mark",
    text: `\ufeff${open}`,
    expected: ["1:1 warning byte-order-mark"],
  },
  {
    name: "more than 16 MiB",
    text: `${ok}#${"x".repeat(16 * 1024 * 1024)}`,
    expected: ["1:1 error file-too-large 16777216 bytes"],
  },
];

const shapes: readonly BadInput[] = [
  {
    name: "no version",
    text: "services: {}\n",
    expected: ["1:1 error missing-key has no `version`; expected 1"],
  },
  { name: "another version", text: ok.replace("1", "2"), expected: ["1:10 error bad-value"] },
  { name: "no services", text: "version: 1\n", expected: ["1:1 error missing-key"] },
  { name: "empty services", text: "version: 1\nservices:\n", expected: ["2:10 error wrong-type"] },
  {
    name: "a service without instances",
    text: "version: 1\nservices:\n  a: {}\ncallers: open\n",
    expected: ["3:3 error missing-key `services.a` has no `instances`"],
  },
  {
    name: "no instance",
    text: "version: 1\nservices:\n  a: { instances: [] }\n",
    expected: ["3:19 error bad-value is an empty list; expected at least one instance"],
  },
  {
    name: "an unknown key at the top",
    text: `${ok}servises: {}\n`,
    expected: ["3:1 error unknown-key did you mean `services`?"],
  },
  {
    name: "an unknown key of a service",
    text: `version: 1\nservices:\n  a:\n    instances: ["http://a"]\n    instanses: 1\n`,
    expected: [
      "5:5 error unknown-key unknown key `instanses` in `services.a` (did you mean `instances`?)",
    ],
  },
  {
    name: "environments, which belong to a later version",
    text: `${open}environments: {}\n`,
    expected: ["4:1 error unknown-key known are version, listen,"],
  },
  {
    name: "a key called __proto__",
    text: `${open}__proto__: { port: 1 }\n`,
    expected: ["4:1 error unknown-key"],
  },
  {
    name: "text for a port",
    text: `${open}listen: { port: "80" }\n`,
    expected: ['4:17 error wrong-type `listen.port` is the text "80"; expected a port from 1 to'],
  },
  {
    name: "ports out of range",
    text: `${open}listen: { port: 65536, adminPort: -1 }\n`,
    expected: ["4:17 error bad-value", "4:35 error bad-value"],
  },
  {
    name: "a broken number",
    text: `${open}timeouts: { headMs: 1.5, bodyIdleMs: .inf }\n`,
    expected: ["4:21 error wrong-type", "4:38 error wrong-type"],
  },
  {
    name: "a delay beyond what timers take",
    text: `${open}timeouts: { headMs: 2147483648 }\n`,
    expected: ["4:21 error bad-value"],
  },
  {
    name: "a word that is nearly one of the list",
    text: `${open}log: { level: wran }\n`,
    expected: [
      "4:15 error bad-value expected debug or info or warn or error (did you mean `warn`?)",
    ],
  },
  {
    name: "a word for the number of workers",
    text: `${open}listen: { workers: many }\n`,
    expected: ["4:20 error bad-value expected a number from 1 to 256, or auto"],
  },
  {
    name: "another word than open",
    text: `${ok}callers: closed\n`,
    expected: ["3:10 error bad-value or the word open"],
  },
  ...["soap", "graphql", "rpc", "mcp", "Orders", "a_b", "a.b", ".well-known", "-a", "1", "é"].map(
    (name): BadInput => ({
      name: `the service name ${name}`,
      text: `version: 1\ncallers: open\nservices:\n  ${name}: { instances: ["http://a"] }\n`,
      expected: [`4:3 error bad-name name "${name}"`],
    }),
  ),
];

const references: readonly BadInput[] = [
  {
    name: "a variable that is not set",
    text: `${ok}callers:\n  shop: { key: "a-\${SHOPKEY}" }\n`,
    env: { SHOP_KEY: "x" },
    expected: ["4:19 error missing-variable `SHOPKEY` is not set (did you mean `SHOP_KEY`?)"],
  },
  {
    name: "two variables in one text",
    text: `${ok}log:\n  level: \${A} \${B}\n`,
    expected: ["4:10 error missing-variable", "4:15 error missing-variable"],
  },
  {
    name: "a reference without an end",
    text: `${ok}log:\n  level: x\${A\n`,
    expected: ["4:11 error bad-reference"],
  },
  {
    name: "a reference with a bad name",
    text: `${ok}log:\n  level: \${1A:=x}\n`,
    expected: ["4:10 error bad-reference"],
  },
  {
    name: "a variable that holds what does not fit",
    text: `${open}listen:\n  port: \${PORT}\n`,
    env: { PORT: "secret" },
    expected: ['5:9 error wrong-type "${PORT}" with its variables filled in'],
  },
];

for (const one of [...documents, ...shapes, ...references]) {
  test(`${one.name} is reported where it stands`, () => assertFindings(one));
}

/** Nine times the line before. */
function bombLine(at: number): string {
  return `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]\n`;
}
