/** `parlance key`: what it prints opens the gateway, and the file holds no secret. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configurationOf, runGateway, runService } from "../running/run-gateway.ts";
import { createFolder } from "./run-parlance.ts";

interface Made {
  readonly key: string;
  readonly keySha256: string;
}

test("a caller whose key stands in the file as its digest only gets in with the key", async (t) => {
  using folder = createFolder();
  const make = (): Made => JSON.parse(folder.parlance(["key", "--json"]).out) as Made;
  const { key, keySha256 } = make();
  assert.notEqual(make().key, key);
  assert.equal(Buffer.from(key, "base64url").length, 32);
  const service = await runService(t);
  const text = configurationOf(service.url).replace(
    "callers: open",
    `callers: { shop: { keySha256: "${keySha256}", may: ["*"] } }`,
  );
  assert.ok(!text.includes(key));
  const gateway = await runGateway(t, text);
  const statusWith = async (sent: string): Promise<number> => {
    const answer = await fetch(`${gateway.url}/echo/`, { headers: { "x-api-key": sent } });
    await answer.text();
    return answer.status;
  };
  assert.equal(await statusWith(key), 200);
  assert.equal(await statusWith(keySha256), 401);
  assert.equal(await statusWith(`${key}x`), 401);
  const shown = folder.parlance(["key"]);
  assert.match(shown.out, /key, for the caller alone: .*\n.*keySha256: [0-9a-f]{64}\n/);
  folder.write("parlance.yaml", text);
  const called = folder.parlance(["call", "echo.default", "--as", "shop"]);
  assert.notEqual(called.code, 0);
});
