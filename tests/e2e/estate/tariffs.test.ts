/** The estate's program without a protocol, called in JSON, SOAP and text, and directly. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { askRaw } from "#tests/e2e/text/ask-raw.ts";
import { startEstate, type RunningEstate } from "./start-estate.ts";
import { startService } from "./start-service.ts";

let estate: RunningEstate;

before(async () => {
  estate = await startEstate();
});

after(async () => {
  await estate.close();
});

async function ask(operation: string, input: object) {
  const answer = await fetch(`${estate.gatewayUrl}/tariffs/${operation}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": estate.storefrontKey },
    body: JSON.stringify(input),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

test("the program answers a line of fixed width", async () => {
  const program = await startService("tariffs", {});
  const port = Number(new URL(program.url).port);
  assert.equal(
    await askRaw(port, ["TARFDE0025", "00\r\nTARFXX000001\r\n"], { end: true }),
    "OK 00001096EUR02\r\n.\r\nE04 NO SUCH COUNTRY XX\r\n.\r\n",
  );
  assert.equal(await program.stop(), 0);
});

test("it is called in JSON, and its errors are faults with their details", async () => {
  const quoted = await ask("quoteTariff", { country: "DE", weightKg: "2.5" });
  assert.deepEqual(quoted.json, { price: "10.96", currency: "EUR", days: 2 });
  const unknown = await ask("quoteTariff", { country: "XX", weightKg: "2.5" });
  assert.equal(unknown.status, 404);
  assert.equal(unknown.json["code"], "unknownCountry");
  assert.equal(unknown.json["detail"], "NO SUCH COUNTRY XX");
  const heavy = await ask("quoteTariff", { country: "DE", weightKg: "40" });
  assert.equal(heavy.json["code"], "tooHeavy");
  assert.match(JSON.stringify(heavy.json), /"gramsMax":"031500"/);
});

test("its list has header, details and a trailer that counts them", async () => {
  const { json } = await ask("listCountries", {});
  const { header, countries } = json as { header: object; countries: object[] };
  assert.deepEqual(header, { validFrom: "2026-11-01" });
  assert.equal(countries.length, 5);
  assert.deepEqual(countries[2], {
    ...{ country: "IN", name: "INDIA", weightKgMax: "20.000", days: 9 },
  });
});

test("it is called in SOAP, and in its own text over HTTP", async () => {
  const soap = await fetch(`${estate.gatewayUrl}/soap/tariffs`, {
    method: "POST",
    headers: { "content-type": "text/xml", "x-api-key": estate.storefrontKey },
    body:
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
      '<quoteTariff xmlns="urn:parlance:tariffs"><country>JP</country>' +
      "<weightKg>1</weightKg></quoteTariff></s:Body></s:Envelope>",
  });
  assert.match(await soap.text(), /price>43\.00</);
  const text = await fetch(`${estate.gatewayUrl}/text/tariffs`, {
    method: "POST",
    headers: { "x-api-key": estate.storefrontKey },
    body: "TARFJP001000",
  });
  assert.equal(await text.text(), "OK 00004300EUR07");
});
