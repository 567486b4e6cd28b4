import assert from "node:assert/strict";
import test from "node:test";
import { addService } from "./add-service.ts";

const entry = { contract: "contracts/b.wsdl", instances: ["http://h:1/b", "http://h:2/b"] };
const block = (indent: string) =>
  `${indent}b:\n${indent}  contract: contracts/b.wsdl\n` +
  `${indent}  instances: ["http://h:1/b", "http://h:2/b"]\n`;

function textOf(before: string): string {
  const added = addService(before, "b", entry);
  assert.equal(added.kind, "added");
  return added.kind === "added" ? added.text : "";
}

test("a service stands behind the last one, and nothing else changes by a single blank", () => {
  const head =
    "# mine\nversion:   1 # odd\n\nservices:\n  a:   { instances: ['http://h:9'] }  # why\n";
  const tail = "\n  # to come\n\ncallers: { x: { key: \"${K}\", may: [ 'a.*' ] } }\n";
  assert.equal(textOf(head + tail), head + block("  ") + tail);
});

test("blank lines between services are kept up", () => {
  const two = "services:\n  a:\n    instances: [x]\n\n  c:\n    instances: [y]\n";
  assert.equal(textOf(`${two}\nlog: {}\n`), `${two}\n${block("  ")}\nlog: {}\n`);
});

test("other indentation and other line ends are followed", () => {
  const before = "services:\r\n    a:\r\n        instances: [x]\r\nversion: 1\r\n";
  const added = textOf(before);
  assert.ok(added.includes("\r\n    b:\r\n      contract: contracts/b.wsdl\r\n"), added);
  assert.doesNotMatch(added, /[^\r]\n/);
});

test("a file that ends without a line break takes a service, too", () => {
  assert.equal(
    textOf("services:\n  a: { instances: [x] }"),
    `services:\n  a: { instances: [x] }\n${block("  ")}`,
  );
});

test("without services, or with none of them, the map is made and comments stay", () => {
  for (const services of ["", "services:\n", "services: {}\n"]) {
    const text = textOf(`# mine\nversion: 1 # one\n${services}`);
    assert.match(text, /^# mine\nversion: 1 # one\nservices:\n {2}b:\n {4}contract: contracts\/b/);
  }
});

test("a map in braces is taken apart rather than broken", () => {
  const text = textOf("services: { a: { instances: [x] } } # all\n");
  assert.match(text, / a: \{ instances: \[ x \] \}\n/);
  assert.match(text, /contract: contracts\/b\.wsdl/);
});

test("a service of that name, and a text without a map of services, are refused", () => {
  assert.deepEqual(addService("services: { b: 1 }", "b", entry), { kind: "exists" });
  for (const text of ["- a", "services: [a]", "services: 'x", ""]) {
    assert.deepEqual(addService(text, "b", entry), { kind: "unusable" }, text);
  }
});
