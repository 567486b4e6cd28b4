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
    entry.kind === "exchange" ? [`${entry.caller} ${entry.authentication} ${entry.callerKey}`] : [],
  );
  assert.deepEqual([...new Set(known)].toSorted(), [
    "shop key 1",
    "shop key 2",
    "shop key undefined",
    "undefined none undefined",
  ]);
  // Twelve of each and four to the service that is limited, while there were two.
  for (const key of ["shop key 1", "shop key 2"]) {
    assert.equal(known.filter((one) => one === key).length, 14);
  }
});

test("the ledger tells which of a caller's keys was used, wherever it stood", async (t) => {
  const service = await runService(t);
  const ledger = ledgerFolder(t);
  const more = `${ledger.text("intent")}identity: { key: { cookie: session } }\n`;
  // By the order of the file, which is not that of the digests.
  assert.ok(hash("sha256", next) > hash("sha256", old));
  const callers = `callers:\n  shop: { keys: [${next}, ${old}], may: ["*"] }`;
  const text = configurationOf(service.url, { more }).replace("callers: open", callers);
  const gateway = await runGateway(t, text);
  for (const headers of [{ "x-api-key": old }, { cookie: `session=${next}` }]) {
    const answer = await fetch(`${gateway.url}/echo/`, { method: "POST", headers });
    assert.equal(answer.status, 200, await answer.text());
  }
  const { of } = readLedger(ledger.path);
  for (const kind of ["intent", "exchange"] as const) {
    assert.deepEqual(
      of(kind).map(({ callerKey }) => callerKey),
      [2, 1],
    );
  }
  using folder = createFolder();
  const tail = (key: string) =>
    folder.parlance([
      "ledger",
      "tail",
      "--ledger",
      ledger.path,
      "--kind",
      "exchange",
      "--key",
      key,
    ]);
  const { code, out } = tail("2");
  assert.deepEqual([code, out.trim().split("\n").length], [0, 1]);
  assert.match(out, / by shop with key 2 [0-9a-f]{32}$/m);
  assert.equal(tail("3").out, "");
  const bad = tail("0");
  assert.equal(bad.code, 2);
  assert.match(bad.err, /--key is "0"; expected which of its keys .*: a number from 1/);
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
