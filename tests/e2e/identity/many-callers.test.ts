/** Very many callers: each is known by its key, in every worker, also when the file has changed. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import {
  configurationOf,
  replaceFile,
  runGateway,
  runService,
} from "#tests/e2e/running/run-gateway.ts";

const count = 20_000;

function textOf(url: string, keyOf: (caller: number) => string): string {
  const lines = Array.from({ length: count }, (_, caller) => {
    const may = caller % 2 === 0 ? "echo.*" : "other.*";
    return `  c${caller}: { keySha256: ${hash("sha256", keyOf(caller))}, may: ["${may}"] }`;
  });
  const text = configurationOf(url).replace("callers: open", ["callers:", ...lines].join("\n"));
  return text.replace("services:", 'services:\n  other: { instances: ["http://127.0.0.1:1"] }');
}

async function statusesOf(url: string, keys: readonly string[]): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const key of keys) {
    // A connection of its own each, so that every worker is asked.
    const headers = { "x-api-key": key, connection: "close" };
    const answer = await fetch(`${url}/echo/x`, { headers });
    await answer.text();
    statuses.push(answer.status);
  }
  return statuses;
}

test("20,000 callers are told apart in all workers, before and after a new file", async (t) => {
  const service = await runService(t);
  const old = (caller: number): string => `key-of-caller-${caller}`;
  const gateway = await runGateway(t, textOf(service.url, old));
  const asked = Array.from({ length: 30 }, (_, time) => (time * 7_919) % count);
  const expected = asked.map((caller) => (caller % 2 === 0 ? 200 : 403));
  assert.deepEqual(await statusesOf(gateway.url, asked.map(old)), expected);
  const strange = asked.map((caller) => `${old(caller)}0000`);
  assert.deepEqual([...new Set(await statusesOf(gateway.url, strange))], [401]);

  const next = (caller: number): string => (caller % 3 === 0 ? `new-${old(caller)}` : old(caller));
  replaceFile(gateway.configPath, textOf(service.url, next));
  const { message } = await gateway.seen("revision-taken");
  assert.match(message, /callers\.c0\.keysSha256 changed, callers\.c3\.keysSha256 changed/);
  assert.deepEqual(await statusesOf(gateway.url, asked.map(next)), expected);
  const renewed = asked.filter((caller) => caller % 3 === 0).map(old);
  assert.deepEqual([...new Set(await statusesOf(gateway.url, renewed))], [401]);

  const query = new URLSearchParams({ method: "GET", url: "/echo/x", as: "c19998" });
  const explained = await fetch(`${gateway.adminUrl}/api/v1/explain?${String(query)}`);
  assert.match(await explained.text(), /caller c19998 may call echo\.\*/);
});
