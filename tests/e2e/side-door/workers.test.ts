/** Keys of a gateway as it runs: one for all workers, on both ports, kept over restarts. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { configurationOf, runGateway, runService } from "../running/run-gateway.ts";

async function start(context: TestContext, keys: string) {
  const service = await runService(context);
  const more = `policies: [{ sign: { keys: ${keys} } }]\nledger: off`;
  const gateway = await runGateway(context, configurationOf(service.url, { workers: 4, more }));
  const idsAt = async (url: string): Promise<readonly string[]> => {
    const answer = await fetch(url, { headers: { connection: "close" } });
    const { keys: found } = (await answer.json()) as { readonly keys: readonly { kid: string }[] };
    return found.map(({ kid }) => kid);
  };
  const directory = `${gateway.url}/.well-known/http-message-signatures-directory`;
  return { gateway, idsAt, directory };
}

test("workers that start at once make one key, which both ports show", async (context) => {
  const keys = join(temporaryFolder(context), "signing");
  const { gateway, idsAt, directory } = await start(context, keys);
  const [own = ""] = await idsAt(`${gateway.adminUrl}/api/v1/signing-keys`);
  assert.match(own, /^[\w-]{43}$/);
  const shown = await Promise.all(Array.from({ length: 20 }, () => idsAt(directory)));
  assert.deepEqual([...new Set(shown.flat())], [own]);
  assert.deepEqual(readdirSync(keys), ["0001.pem"]);
  gateway.kill("SIGTERM");
  assert.equal(await gateway.ended, 0);

  const again = await start(context, keys);
  assert.deepEqual(await again.idsAt(again.directory), [own]);
});

test("without the policy nothing is shown, and no key is made", async (context) => {
  const service = await runService(context);
  const gateway = await runGateway(context, configurationOf(service.url, { more: "ledger: off" }));
  const path = "/.well-known/http-message-signatures-directory";
  assert.equal((await fetch(gateway.url + path)).status, 404);
  const answer = await fetch(`${gateway.adminUrl}/api/v1/signing-keys`);
  assert.deepEqual(await answer.json(), { keys: [] });
});
