/** Whether an exchange was broken is a field of its explanation, whatever names stand in it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLog } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import type { EntryOf } from "#ledger/entry/entry.ts";
import { openLog } from "#ledger/store/open-log.ts";
import { createFolder, type Folder } from "#tests/e2e/cli/run-parlance.ts";

type Fields = Partial<EntryOf<"exchange">>;

interface Case {
  readonly name: string;
  readonly fields: Fields;
  readonly brokenBy?: string;
}

const names: Fields = {
  ...{ service: "broken by", operation: "broken by", route: "broken by" },
  ...{ template: "/broken by/the service", caller: "broken by" },
};
const failed: Fields = {
  ...{ status: 503, fault: "late instead of never" },
  ...{ faultKind: "unavailable", blame: "service" },
};
const cases: readonly Case[] = [
  { name: "an exchange whose names all are `broken by` is fine", fields: { ...names } },
  {
    name: "a call in its course that is named `broken by` does not break it",
    fields: { service: "orders", route: "orders" },
  },
  {
    name: "a fault whose code has the words `instead of` is broken",
    fields: failed,
    brokenBy: "service",
  },
  {
    name: "one whose policy answered instead of the problem is fine",
    fields: { ...failed, fault: "broken by", policy: "fallback", instead: true },
  },
];
const idOf = (index: number): string => `0199f3a27c1b7d4e8${String(index).padStart(15, "0")}`;
const parent = 1;
let folder: Folder;

before(() => {
  folder = createFolder();
  const path = join(folder.path, "ledger");
  const { writer } = openLog({
    ...{ path, checkpoints: `${path}-checkpoints`, name: "parlance/outcome", nowMs: 0 },
    ...{ disk: nodeDisk, random: nodePlatform.random, processes: nodeProcesses },
    log: createLog(Date.now, () => {}),
  });
  const add = (exchange: string, fields: Fields): void => {
    const entry = encodeEntry({
      ...{ kind: "exchange", timeUs: Date.now() * 1_000, exchange, totalUs: 1 },
      ...{ revision: "0123456789abcdef", verdict: "answered", status: 200, method: "GET" },
      ...fields,
    });
    writer.add(entry, 0, entry.length);
  };
  add(idOf(cases.length), { ...names, ...failed, fault: "broken by", parent: idOf(parent) });
  for (const [index, { fields }] of cases.entries()) add(idOf(index), fields);
  writer.write();
  writer.sync();
  writer.settle();
  writer.close();
  folder.write(
    "parlance.yaml",
    `version: 1
listen: { host: 127.0.0.1 }
services: { orders: { instances: ["http://127.0.0.1:1"] } }
callers: open
ledger: { path: ledger, origin: parlance/outcome }
`,
  );
});

after(() => folder[Symbol.dispose]());

for (const [index, { name, brokenBy }] of cases.entries()) {
  test(name, () => {
    const { code, out, err } = folder.parlance(["explain", idOf(index), "--json"]);
    assert.equal(code, brokenBy === undefined ? 0 : 1, err);
    const told = JSON.parse(out) as {
      readonly brokenBy?: string;
      readonly happened: readonly { readonly phase: string }[];
    };
    assert.equal(told.brokenBy, brokenBy);
    const calls = told.happened.filter(({ phase }) => phase === "call");
    assert.equal(calls.length, index === parent ? 1 : 0);
  });
}
