/** Which documents the importer of REST takes for its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rest } from "./index.ts";

const cases: readonly (readonly [what: string, text: string, certainty: number])[] = [
  ["OpenAPI in YAML", "# a comment\nopenapi: 3.1.0\n", 1],
  ["Swagger in JSON", '{"info": {},"swagger": "2.0"}', 1],
  ["Swagger in JSON over lines", '\uFEFF{\r\n  "swagger" : "2.0"\r\n}', 1],
  ["a version in quotes", "'openapi': '3.0.0'", 1],
  ["paths without a version", "paths: {}", 0.4],
  ["a WSDL that speaks of it", "<definitions>\nopenapi: 3.0\n</definitions>", 0],
  ["a schema", '{"type": "object", "description": "no openapi: 3"}', 0],
  ["nothing", "", 0],
  ["a great many spaces and lines", `${"\n ".repeat(32_000)}x`, 0],
  ["a great many keys", "{openapi".repeat(8_000), 0],
];

for (const [what, text, certainty] of cases) {
  test(`${what} is recognized with ${certainty}`, () => {
    assert.equal(rest.importer.recognize(text, "a.txt"), certainty);
  });
}
