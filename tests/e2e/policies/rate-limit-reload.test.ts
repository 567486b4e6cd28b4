/** A rate limit that is changed while the gateway runs. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  configurationOf,
  replaceFile,
  runGateway,
  runService,
} from "#tests/e2e/running/run-gateway.ts";

test("a limit that was changed counts anew, and nobody waits for what an old one said", async (context) => {
  const service = await runService(context);
  const textOf = (limit: string): string =>
    configurationOf(service.url, { more: `policies: [{ rate-limit: { ${limit} } }]\n` });
  const hourly = textOf("requests: 2, windowMs: 3600000");
  const gateway = await runGateway(context, hourly);
  const { revision: first } = await gateway.seen("ready");
  const ask = async () => (await fetch(`${gateway.url}/echo/`)).status;
  const three = async () => [await ask(), await ask(), await ask()];
  assert.deepEqual(await three(), [200, 200, 429]);
  replaceFile(gateway.configPath, textOf("requests: 100, windowMs: 1000"));
  await gateway.seen("revision-taken");
  assert.deepEqual(await three(), [200, 200, 200]);
  // What was used up of the old one still is.
  replaceFile(gateway.configPath, hourly);
  await gateway.seen("revision-taken", (line) => line["revision"] === first);
  assert.deepEqual(await three(), [429, 429, 429]);
});
