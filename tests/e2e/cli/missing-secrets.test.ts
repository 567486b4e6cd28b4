/** Commands that need no secrets do without them, come they from variables or from files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createFolder, type Ended } from "./run-parlance.ts";
import { thingsContract } from "#tests/support/things-contract.ts";

const id = "0199f3a27c1b7d4e9a550c7e6f1b2a3d";
const noLedger = /there is no ledger in .*ledger/;
const cases: readonly (readonly [args: readonly string[], code: number, says: RegExp])[] = [
  [["describe", "up"], 0, /"openapi": "3\.1/],
  [["call", "up.getThing", "{}", "--gateway", "http://127.0.0.1:1"], 3, /127\.0\.0\.1:1/],
  [["explain", id], 3, noLedger],
  [["ledger", "verify"], 3, noLedger],
  [["ledger", "show", id], 3, noLedger],
];

function configurationWith(key: string): string {
  return `version: 1
listen: { host: 127.0.0.1 }
services: { up: { contract: up.openapi.yaml, instances: ["http://127.0.0.1:1"] } }
callers: { shop: { key: "${key}", may: ["*"] } }
ledger: { path: ledger }
`;
}

for (const [key, missing] of [
  ["${SHOP_KEY}", "missing-variable"],
  ["${file:secrets/shop}", "unreadable-file"],
] as const) {
  test(`where ${key} is missing, only commands that need it refuse`, () => {
    using folder = createFolder();
    folder.write("up.openapi.yaml", thingsContract);
    folder.write("parlance.yaml", configurationWith(key));
    const run = (args: readonly string[]): Ended => folder.parlance(args);
    const needing = [["check"], ["explain", "GET", "/up/things"], ["start"]];
    for (const args of needing) {
      const { code, out, err } = run(args);
      assert.equal(code, 1, `${args.join(" ")}: ${out}${err}`);
      assert.match(out + err, new RegExp(missing), args.join(" "));
    }
    for (const [args, code, says] of cases) {
      const ended = run(args);
      const told = ended.out + ended.err;
      assert.equal(ended.code, code, `${args.join(" ")}: ${told}`);
      assert.match(told, says);
      assert.doesNotMatch(told, new RegExp(missing));
    }
  });
}
