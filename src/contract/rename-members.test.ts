import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract } from "./contract.ts";
import { renameKeys, type Renamed } from "./rename-members.ts";
import type { Field, Type } from "./types.ts";

const text: Type = { kind: "string", whitespace: "preserve" };
const field = (name: string, type: Type): Field => {
  return { name, type, presence: "optional", nullable: false };
};
const filter: Type = { kind: "ref", name: "Filter" };
const year: Type = { kind: "union", exclusive: true, variants: [{ name: "since", type: text }] };
const contract: Contract = {
  ...{ name: "c", version: "1", dialect: "grpc", namespace: "urn:c", operations: [] },
  types: new Map([
    ["Filter", { name: "Filter", type: { kind: "record", fields: [field("year", year)] } }],
    ["Input", { name: "Input", type: { kind: "record", fields: [field("filter", filter)] } }],
  ]),
};

test("keys to a member inside of a field get the names that each of them has now", () => {
  const renamed: Readonly<Record<string, Renamed>> = {
    Input: { fields: new Map([["filter", "filter2"]]), variants: new Map() },
    Filter: {
      fields: new Map([["year", "when"]]),
      variants: new Map([["year", new Map([["since", "from"]])]]),
    },
  };
  const renamedIn = (type: Type) => [(type.kind === "ref" && renamed[type.name]) || []].flat();
  const input: Type = { kind: "ref", name: "Input" };
  const keys = (given: readonly string[]) => renameKeys(contract, input, renamedIn, given);
  assert.deepEqual(keys(["filter", "year", "since"]), ["filter2", "when", "from"]);
  assert.deepEqual(keys(["filter", "year"]), ["filter2", "when"]);
  assert.deepEqual(keys(["other", "x"]), ["other", "x"]);
});
