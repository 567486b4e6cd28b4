/** Answers that are not to be mixed up, though address, or operation and input, are the same. */
import assert from "node:assert/strict";
import test from "node:test";
import { startStandIn, startTranslating } from "#tests/e2e/translate/stand.ts";

type Headers = Readonly<Record<string, string>>;

test("services that have one address, told apart by a header, give none of each other's", async (context) => {
  let count = 0;
  const service = await startStandIn(context, () => ({
    headers: { "cache-control": "max-age=60" },
    body: String(++count),
  }));
  const instances = `instances: ["${service.url}"]`;
  const { url } = await startTranslating(context, {
    text:
      "policies: [{ cache: { per: all } }]\nservices:\n" +
      `  next: { ${instances}, routes: [{ id: r, path: /a, headers: { x-next: "1" } }] }\n` +
      `  old: { ${instances}, routes: [{ id: r, path: /a }] }\n`,
    files: {},
  });
  const ask = async (headers: Headers) => (await fetch(`${url}/a`, { headers })).text();
  assert.equal(await ask({ "x-next": "1" }), "1");
  assert.equal(await ask({}), "2");
  assert.equal(await ask({ "x-next": "1" }), "1");
});
