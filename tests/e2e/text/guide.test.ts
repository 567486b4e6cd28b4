/** The contracts that docs/guides/text.md shows, before programs that speak as it says. */
import assert from "node:assert/strict";
import test from "node:test";
import { codeBlocks } from "#tests/documentation/markdown.ts";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";
import { readProjectFile } from "#tests/support/source-files.ts";
import { startProgram } from "./program.ts";

const guide = { path: "docs/guides/text.md", text: readProjectFile("docs/guides/text.md") };
const blocks = codeBlocks(guide);

function contractOf(name: string): string {
  const found = blocks.find(({ text }) => text.startsWith(`# ${name}.text.yaml`));
  assert.ok(found, `the guide shows ${name}`);
  return found.text;
}

async function start(scope: test.TestContext, name: string, url: string) {
  const gateway = await startTranslating(scope, {
    text: `services:\n  ${name}: { contract: c.yaml, instances: ["${url}"] }\n`,
    files: { "c.yaml": contractOf(name) },
  });
  const ask = async (operation: string, body: object) => {
    const response = await fetch(`${gateway.url}/${name}/${operation}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { ask, gateway };
}

test("fixed width over TCP", async (context) => {
  const program = await startProgram(context, (said) =>
    said.startsWith("TARFDE") ? `OK     125007${" ".repeat(12)}\r\n` : "E04 no such country\r\n",
  );
  const { ask } = await start(context, "tariffs", program.url);
  const quoted = await ask("quoteTariff", { country: "DE", weightKg: "12.5" });
  assert.deepEqual(quoted, { status: 200, body: { price: "12.50", days: 7 } });
  assert.deepEqual(program.received, ["TARFDE012500\r\n"]);
  const unknown = await ask("quoteTariff", { country: "XX", weightKg: "1" });
  assert.deepEqual(
    [unknown.status, unknown.body["code"], unknown.body["detail"]],
    [404, "unknownCountry", "no such country"],
  );
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ country: "DEU", weightKg: "1" }, /country/],
    [{ country: "DE", weightKg: "1.2345" }, /weightKg/],
    [{ country: "D\u00fc", weightKg: "1" }, /character set has no "ü"/],
    [{ country: "D ", weightKg: "1" }, /padding would be lost/],
  ];
  for (const [body, why] of refused) {
    const answer = await ask("quoteTariff", body);
    assert.equal(answer.status, 400);
    assert.match(`${String(answer.body["place"])}: ${String(answer.body["detail"])}`, why);
  }
  assert.equal(program.received.length, 2);
});

test("CSV over HTTP", async (context) => {
  const table = 'Currency;Rate;Bank\r\nUSD;1.1650;"Z\u00fcrcher; Bank"\r\nINR;103.92000;\r\n';
  const script = await startStandIn(context, ({ url }) =>
    url.includes("19700101")
      ? { status: 404, body: "nothing" }
      : { headers: { "content-type": "text/csv" }, body: Buffer.from(table, "latin1") },
  );
  const { ask, gateway } = await start(context, "rates", script.url);
  const { body } = await ask("listRates", { base: "EUR", day: "2026-11-25" });
  assert.equal(script.requests[0]?.url, "/cgi-bin/rates?BASE=EUR&DAY=20261125");
  assert.deepEqual(body, {
    rates: [
      { currency: "USD", rate: "1.1650", bank: "Z\u00fcrcher; Bank" },
      { currency: "INR", rate: "103.92000" },
    ],
  });
  await ask("listRates", { base: "EUR" });
  assert.equal(script.requests[1]?.url, "/cgi-bin/rates?BASE=EUR");
  const asked = await fetch(`${gateway.url}/text/rates/cgi-bin/rates?BASE=EUR&DAY=20261125`);
  assert.equal(Buffer.from(await asked.arrayBuffer()).toString("latin1"), table);
  const none = await ask("listRates", { base: "EUR", day: "1970-01-01" });
  assert.deepEqual([none.status, none.body["code"]], [404, "noRates"]);
});

test("keys and values, and an error that is no status", async (context) => {
  const program = await startProgram(context, (said) => {
    if (!said.endsWith("\n.\n")) return undefined;
    const answer = said.includes("SKU=GONE")
      ? "STATUS=ERR\nCODE=17\nTEXT=Nichts \u00fcbrig\n.\n"
      : "STATUS=OK\nID=9007199254740993\nUNTIL=25.11.2026 18:30\n.\n";
    // The program writes Windows-1252, of which these letters are those of Latin-1.
    return Buffer.from(answer, "latin1");
  });
  const { ask } = await start(context, "stock", program.url);
  const { body } = await ask("reserve", { sku: "TEA", quantity: 2, urgent: true });
  assert.deepEqual(body, { reservation: "9007199254740993", until: "2026-11-25T18:30:00" });
  assert.deepEqual(program.received, ["CMD=RESERVE\nSKU=TEA\nQTY=2\nURGENT=Y\n.\n"]);
  const gone = await ask("reserve", { sku: "GONE", quantity: 2 });
  assert.deepEqual([gone.body["code"], gone.body["detail"]], ["notReserved", "Nichts \u00fcbrig"]);
  assert.match(JSON.stringify(gone.body), /"17"/);
  assert.equal(program.sockets.length, 1);
});
