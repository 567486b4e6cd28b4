/** Caches of several workers: what one forgets, the others forget; and all of it at a word. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { request } from "node:http";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { listenHttp } from "#tests/support/listen-http.ts";
import { configurationOf, runGateway, type RunningGateway } from "./run-gateway.ts";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

interface Stand {
  readonly gateway: RunningGateway;
  readonly asked: () => number;
  /** Each time by a connection of its own, so that every worker gets some. */
  readonly get: (method?: string) => Promise<string>;
}

/** So many that no worker has had none of them, but for once in 2^39. */
const many = 40;

const fresh = "max-age=3600";

async function startStand(
  context: TestContext,
  saidFirst = fresh,
  ledger = "ledger: off",
): Promise<Stand> {
  let count = 0;
  const url = await listenHttp(context, (incoming, outgoing) => {
    incoming.resume();
    const said = ++count === 1 ? saidFirst : fresh;
    outgoing.writeHead(200, { "cache-control": said }).end(`answer ${count}`);
  });
  const more = `policies: [{ cache: {} }]\n${ledger}\n`;
  const workers = ledger === "ledger: off" ? 2 : 1;
  const text = configurationOf(url, { workers, more });
  const gateway = await runGateway(context, text);
  const get = (method = "GET"): Promise<string> =>
    new Promise((resolve, reject) => {
      const sent = request(`${gateway.url}/echo/a`, { method, agent: false }, (incoming) => {
        let body = "";
        incoming.setEncoding("utf8").on("data", (part: string) => (body += part));
        incoming.on("end", () => resolve(body));
      });
      sent.on("error", reject).end();
    });
  return { gateway, asked: () => count, get };
}

async function fill({ get, asked }: Stand): Promise<void> {
  const before = asked();
  for (let turn = 0; turn < many; turn++) await get();
  assert.ok(asked() - before <= 2, "each worker asks once");
}

test("a write that one worker sees ends what the other has kept", async (context) => {
  const stand = await startStand(context);
  await fill(stand);
  await stand.get("PUT");
  const written = stand.asked();
  for (let turn = 0; turn < many; turn++) {
    const number = Number(/\d+/.exec(await stand.get())?.[0]);
    assert.ok(number > written, "nothing from before the write");
  }
});

test("what is kept is purged in all workers, by the admin port and by the command", async (context) => {
  const stand = await startStand(context);
  const purge = (...more: readonly string[]): Promise<{ code: number; text: string }> =>
    new Promise((resolve) => {
      const args = [main, "cache", "purge", "--admin", stand.gateway.adminUrl, ...more];
      execFile(process.execPath, args, (error, out, wrong) =>
        resolve({ code: Number(error?.code ?? 0), text: out + wrong }),
      );
    });
  for (const args of [[], ["--service", "echo"]]) {
    await fill(stand);
    const before = stand.asked();
    const { code, text } = await purge(...args);
    assert.deepEqual([code, text], [0, "forgotten: what was kept of echo\n"]);
    for (let turn = 0; turn < many; turn++) {
      assert.ok(Number(/\d+/.exec(await stand.get())?.[0]) > before);
    }
  }
  const unknown = await purge("--service", "ech");
  assert.equal(unknown.code, 1);
  assert.match(unknown.text, /there is no service "ech"/);
  const asked = await fetch(`${stand.gateway.adminUrl}/api/v1/cache/purges`);
  assert.equal(asked.status, 405);
});

test("the ledger tells which answers the cache gave, and what was asked in the background", async (context) => {
  const stand = await startStand(context, "max-age=1, stale-while-revalidate=60", "");
  assert.equal(await stand.get(), "answer 1");
  await pause(2_100);
  assert.equal(await stand.get(), "answer 1");
  let got = 3;
  for (; (await stand.get()) !== "answer 2"; got++) {
    assert.ok(got < 200, "the new answer is given after a while");
    await pause(10);
  }
  const url = `${stand.gateway.adminUrl}/api/v1/ledger/entries?limit=500`;
  const told = (await (await fetch(url)).json()) as {
    readonly entries: readonly { readonly entry: Readonly<Record<string, unknown>> }[];
  };
  const exchanges = told.entries
    .map(({ entry }) => entry)
    .filter(({ kind }) => kind === "exchange");
  const given = exchanges.filter(({ policy }) => policy === "cache");
  assert.equal(exchanges.length, got + 1, JSON.stringify(told));
  assert.equal(given.length, got - 1);
  assert.ok(given.every(({ instance, status }) => instance === undefined && status === 200));
});
