/** Contracts that offer nothing are an error, unless their service has something else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtureService } from "#gateway/router-fixture.ts";
import { importContracts } from "./import-contracts.ts";

const wsdl = `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:a"/>`;
const noPaths = `openapi: 3.1.0\ninfo: { title: a, version: "1" }\npaths: {}\n`;
const onePath = noPaths.replace(
  "{}",
  "{ /a: { get: { responses: { 200: { description: a } } } } }",
);
const route = { id: "all", path: "/a/*" };

const cases: readonly (readonly [string, string, boolean, string])[] = [
  ["a WSDL without operations", wsdl, false, "error nothing-offered"],
  ["an OpenAPI without operations", noPaths, false, "error nothing-offered"],
  ["a WSDL without operations beside a route", wsdl, true, ""],
  ["an OpenAPI with an operation", onePath, false, ""],
];

for (const [name, text, hasRoute, expected] of cases) {
  test(`${name}: ${expected || "no error"}`, () => {
    const contractFile = "/c/contract";
    const service = fixtureService("a", hasRoute ? [route] : [], { contractFile });
    const files = { readUpTo: () => Buffer.from(text) };
    const { diagnostics } = importContracts([service], files, () => undefined);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    assert.equal(errors.map(({ code, severity }) => `${severity} ${code}`).join(), expected);
    if (expected === "") return;
    assert.equal(errors[0]?.source?.file, contractFile);
    assert.match(errors[0]?.message ?? "", /service a .* expected/);
  });
}
