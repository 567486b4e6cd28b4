/** A caller's key is changed without a pause: it has both for a while, and stays one caller. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { createFolder } from "#tests/e2e/cli/run-parlance.ts";
import { ledgerFolder, readLedger } from "#tests/e2e/ledger/read-ledger.ts";
import {
  configurationOf,
  replaceFile,
  runGateway,
  runService,
} from "#tests/e2e/running/run-gateway.ts";

const old = "old-key-of-the-shop-0123456789";
const next = "new-key-of-the-shop-0123456789";
const limit = "policies: [{ rate-limit: { requests: 3, windowMs: 3600000 } }]";

test("a key is changed while the gateway runs, and the caller stays the same", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const textOf = (keys: string): string =>
    configurationOf(service.url, { more: ledger.text() })
      .replace("services:", `services:\n  few: { instances: ["${service.url}"], ${limit} }`)
      .replace("callers: open", `callers:\n  shop: { ${keys}, may: ["*"] }`);
  const gateway = await runGateway(t, textOf(`key: ${old}`));
  // A connection of its own each, so that every worker is asked.
  const ask = async (name: string, key: string): Promise<number> => {
    const headers = { "x-api-key": key, connection: "close" };
    const answer = await fetch(`${gateway.url}/${name}/`, { headers });
    await answer.text();
    return answer.status;
  };
  const askOften = async (key: string): Promise<readonly number[]> => {
    const statuses = new Set<number>();
    for (let time = 0; time < 12; time++) statuses.add(await ask("echo", key));
    return [...statuses];
  };
  const take = async (keys: string): Promise<void> => {
    const taken = gateway.log.filter(({ event }) => event === "revision-taken").length;
    replaceFile(gateway.configPath, textOf(keys));
    const { message } = await gateway.seen(
      "revision-taken",
      () => gateway.log.filter(({ event }) => event === "revision-taken").length > taken,
    );
    assert.match(message, /callers\.shop\.keysSha256 changed/);
  };
  assert.deepEqual([await askOften(old), await askOften(next)], [[200], [401]]);
  assert.equal(await ask("few", old), 200);

  await take(`keys: [${old}, ${next}]`);
  assert.deepEqual([await askOften(old), await askOften(next)], [[200], [200]]);
  const limited = [next, old, next, old];
  const statuses: number[] = [];
  for (const key of limited) statuses.push(await ask("few", key));
  assert.deepEqual(statuses, [200, 200, 429, 429]);

  await take(`keysSha256: [${hash("sha256", next)}]`);
  assert.deepEqual([await askOften(old), await askOften(next)], [[401], [200]]);
  assert.equal(await ask("few", next), 429);

  const { entries } = readLedger(ledger.path);
  const known = entries.flatMap((entry) =>
    entry.kind === "exchange" ? [`${entry.caller} ${entry.authentication}`] : [],
  );
  assert.deepEqual([...new Set(known)].toSorted(), ["shop key", "undefined none"]);
});

test("explain tells the caller of each key, and shows none", () => {
  using folder = createFolder();
  const keys = `callers:\n  shop: { keys: [${old}, ${next}], may: ["*"] }`;
  folder.write(
    "parlance.yaml",
    configurationOf("http://127.0.0.1:1").replace("callers: open", keys),
  );
  for (const key of [old, next]) {
    const { code, out } = folder.parlance(["explain", "GET", "/echo/", "-H", `X-Api-Key: ${key}`]);
    assert.equal(code, 0, out);
    assert.match(out, /shop.*by its key/);
    assert.doesNotMatch(out, /0123456789/);
  }
});
