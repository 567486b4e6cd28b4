/** The services of examples/no-side-door: Express, Fastify and PHP, by and past the gateway. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "#tests/support/free-port.ts";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";
import { lacks } from "#tests/support/tools.ts";

const key = "key-of-shop-0123456789";
const examples = fileURLToPath(new URL("../../../examples/no-side-door/", import.meta.url));

const stdio = ["ignore", "ignore", "pipe"] satisfies StdioOptions;

type Start = (port: number, env: NodeJS.ProcessEnv) => ChildProcess;

const services: Readonly<Record<string, { readonly start: Start; readonly skip: false | string }>> =
  {
    Express: { start: node("express-service.ts"), skip: false },
    Fastify: { start: node("fastify-service.ts"), skip: false },
    PHP: {
      start: (port, env) =>
        spawn("php", ["-S", `127.0.0.1:${port}`, "service.php"], { cwd: examples, env, stdio }),
      skip: lacks("php"),
    },
  };

function node(file: string): Start {
  return (port, env) =>
    spawn(process.execPath, [join(examples, file)], { env: { ...env, PORT: String(port) }, stdio });
}

async function waitFor(url: string): Promise<void> {
  for (let count = 0; count < 200; count++) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens at ${url}`);
}

async function start(context: TestContext, startService: Start) {
  const folder = mkdtempSync(join(tmpdir(), "parlance-test-"));
  const port = await freePort();
  const instance = `http://127.0.0.1:${port}/`;
  const gateway = await startLoadedGateway({
    services: { up: { instances: [instance], policies: [{ sign: { keys: folder + "/k" } }] } },
    callers: { shop: { key, may: ["*"] }, anonymous: { may: ["*"] } },
    ledger: "off",
    timeouts: { drainMs: 1 },
  });
  const url = `http://127.0.0.1:${gateway.port}`;
  const child = startService(port, {
    ...process.env,
    GATEWAY: url,
    GATEWAY_KEYS: `${folder}/keys.json`,
  });
  child.stderr?.resume();
  context.after(async () => {
    child.kill("SIGKILL");
    await gateway.close();
    rmSync(folder, { recursive: true });
  });
  await waitFor(instance);
  return { instance, url: `${url}/up/` };
}

for (const [name, { start: startService, skip }] of Object.entries(services)) {
  test(`a service on ${name} takes calls through the gateway alone`, { skip }, async (context) => {
    const { instance, url } = await start(context, startService);
    const known = await fetch(`${url}a?x=%20y`, { headers: { "x-api-key": key } });
    assert.equal(known.status, 200, await known.clone().text());
    assert.deepEqual(await known.json(), { caller: "shop" });
    const posted = await fetch(url, { method: "POST", body: "hello" });
    assert.deepEqual([posted.status, await posted.json()], [200, { caller: "anonymous" }]);
    const past = await fetch(instance, { headers: { "parlance-caller": "shop" } });
    assert.equal(past.status, 403);
    const forged = await fetch(instance, {
      headers: {
        "parlance-caller": "shop",
        "parlance-exchange": "0".repeat(32),
        "signature-input": 'parlance=("@method");created=1;keyid="x"',
        signature: "parlance=:AAAA:",
      },
    });
    assert.equal(forged.status, 403);
  });
}
