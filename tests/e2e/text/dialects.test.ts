import assert from "node:assert/strict";
import test from "node:test";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { startProgram } from "./program.ts";

const tariffs = `
parlance: text/1
name: tariffs
charset: us-ascii
lineEnd: crlf
tcp: {}
operations:
  quoteTariff:
    safety: safe
    request:
      format: fixed-width
      fields:
        - { const: TARF, length: 4 }
        - { name: country, length: 2 }
        - { name: weight, type: decimal, length: 6, decimals: 3 }
    answer:
      format: fixed-width
      fields:
        - { const: OK, length: 3 }
        - { name: price, type: decimal, length: 8, decimals: 2, pad: " " }
        - { name: days, type: int, length: 2 }
    faults:
      unknownCountry: { match: "E04 {message}", kind: not_found }
`;

test("a REST caller reaches a program that speaks fixed width over TCP", async (context) => {
  const program = await startProgram(context, (line) =>
    line.startsWith("TARFDE") ? "OK     125007\r\n" : "E04 no such country\r\n",
  );
  const gateway = await startTranslating(context, {
    text: `services:\n  tariffs: { contract: t.yaml, instances: ["${program.url}"] }\n`,
    files: { "t.yaml": tariffs },
  });
  const ask = (body: object) =>
    fetch(`${gateway.url}/tariffs/quoteTariff`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const quoted = await ask({ country: "DE", weight: "12.5" });
  assert.equal(await quoted.text(), '{"price":"12.50","days":7}');
  assert.deepEqual(program.received, ["TARFDE012500\r\n"]);
  const unknown = await ask({ country: "XX", weight: "1" });
  assert.equal(unknown.status, 404);
  const problem = (await unknown.json()) as { code: string; detail: string };
  assert.equal(problem.code, "unknownCountry");
  assert.equal(problem.detail, "no such country");
});
