/** Text over services that speak something else: how old programs call them is declared. */
import assert from "node:assert/strict";
import test from "node:test";
import { checkText } from "./check-text.ts";
import { shopOpenApi } from "#tests/e2e/translate/shop-contract.ts";
import { startStandIn, startTranslating, type ServiceAnswer } from "#tests/e2e/translate/stand.ts";
import { askRaw } from "./ask-raw.ts";
import { tariffs } from "./tariffs-contract.ts";

const face = `
parlance: text/1
charset: us-ascii
tcp: { keepAlive: true }
errors: "ERR {code} {message}"
operations:
  getOrder:
    request:
      format: fixed-width
      fields: [{ const: GET, length: 4 }, { name: id, length: 6 }]
    answer:
      format: key-value
      fields: [{ name: id, as: ORDER }]
    faults:
      missing: { match: "NONE {message}", kind: not_found }
`;

test("an old program calls a REST service in its own text", async (context) => {
  const json = { "content-type": "application/json" };
  const service = await startStandIn(context, ({ url }): ServiceAnswer => {
    if (url.startsWith("/orders/404")) {
      return { status: 404, headers: json, body: '{"reason":"no such order"}' };
    }
    return { headers: json, body: JSON.stringify({ id: url.split(/[/?]/)[2] }) };
  });
  const gateway = await startTranslating(context, {
    text:
      `services:\n  shop: { contract: shop.yaml, faces: [shop.text.yaml], ` +
      `instances: ["${service.url}"] }\n`,
    files: { "shop.yaml": shopOpenApi, "shop.text.yaml": face },
  });
  const where = { host: "127.0.0.1", port: 0, service: "shop", shared: false };
  const port = await gateway.gateway.listenText({ ...where, caller: undefined, callers: [] });
  const said = await askRaw(port, ["GET 7     \nGET 404   \nGET x\n", "GET 8     \n"], {
    end: true,
  });
  const [first, second = "", third, fourth] = said.split("\n");
  assert.equal(first, "ORDER=7");
  assert.match(second, /^NONE /);
  assert.equal(third, "ERR text-request-invalid the line has 5 characters; expected 10");
  assert.equal(fourth, "ORDER=8");
  assert.equal(service.requests.length, 3);
  assert.equal(gateway.done.length, 4);
});

const wrong: readonly (readonly [string, string, RegExp])[] = [
  [
    "an operation that is not there",
    face.replace("getOrder", "getOrdre"),
    /did you mean `getOrder`/,
  ],
  ["a field that is not there", face.replace("{ name: id, as", "{ name: nr, as"), /no field `nr`/],
  ["a field that has to be there", face.replace(", { name: id, length: 6 }", ""), /`id` has to be/],
];

for (const [name, text, why] of wrong) {
  test(`a face with ${name} does not load`, async (context) => {
    const told = await checkText(context, {
      text: "faces: [shop.text.yaml]",
      files: { "c.yaml": shopOpenApi, "shop.text.yaml": text },
    });
    assert.match(told, why);
    assert.match(told, /shop\.text\.yaml:\d+:\d+/);
  });
}

const misfits: readonly (readonly [string, string, RegExp])[] = [
  ["tcp://127.0.0.1:1", tariffs("{}").replace("tcp: {}", ""), /tcp-without-frames: instance tcp/],
  ["http://127.0.0.1:1", tariffs(), /http-with-frames: .*its contract says TCP/],
  ["tcp://127.0.0.1:1/base", tariffs(), /a port and no path; expected tcp:\/\/host:port/],
  ["tcp://127.0.0.1", tariffs(), /a port and no path/],
];

for (const [instance, contract, why] of misfits) {
  test(`an instance ${instance} that does not go with its contract does not load`, async (context) => {
    assert.match(await checkText(context, { files: { "c.yaml": contract }, instance }), why);
  });
}
