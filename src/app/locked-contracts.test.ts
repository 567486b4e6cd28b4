/** Contracts of files under the lock that was written for them, as `check --write-lock` does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract } from "#contract/contract.ts";
import type { RecordType } from "#contract/types.ts";
import { importContract } from "./import-contracts.ts";
import { lockContracts, lockTextOf } from "./locked-contracts.ts";

const proto = (fields: string) => `syntax = "proto3";
package shop;
message Pet { string id = 1; ${fields} }
service Pets { rpc Get(Pet) returns (Pet); }
`;

function imported(text: string): Contract {
  const files = { readUpTo: () => Buffer.from(text) };
  const { contract } = importContract("/c/contract", files, new Set());
  assert.ok(contract);
  return contract;
}

function underLock(contract: Contract, lock: string) {
  const files = { readUpTo: () => Buffer.from(lock) };
  const named = lockContracts(new Map([["pets", contract]]), "/c/parlance.yaml", files);
  const found = named.contracts.get("pets");
  assert.ok(found);
  const told = named.diagnostics.map(({ code, message }) => `${code} ${message}`);
  return { contract: found, told };
}

function lockOf(contract: Contract, previous?: string): string {
  return lockTextOf(new Map([["pets", contract]]), previous);
}

/** `id 1, owner(person 2, company 3)`. */
function shown(contract: Contract, type = "shop.Pet"): string {
  const record = contract.types.get(type)?.type as RecordType;
  return record.fields
    .map(({ name, protoNumber, type: of }) => {
      if (of.kind !== "union") return `${name} ${protoNumber}`;
      return `${name}(${of.variants.map((one) => `${one.name} ${one.protoNumber}`).join(", ")})`;
    })
    .join(", ");
}

const owner = "oneof owner { string person = 2; string company = 3; }";
const place = "oneof place { string home = 4; string shelter = 5; }";

test("an unchanged gRPC contract with a oneof is under its own lock without a word", () => {
  const source = imported(proto(owner + place));
  const lock = lockOf(source);
  const { contract, told } = underLock(imported(proto(owner + place)), lock);
  assert.deepEqual(told, []);
  assert.equal(shown(contract), "id 1, owner(person 2, company 3), place(home 4, shelter 5)");
  assert.equal(shown(contract), shown(source));
  assert.equal(lockOf(contract, lock), lock);
});

interface Evolution {
  readonly name: string;
  readonly after: string;
  readonly told: readonly string[];
  readonly shown: string;
}

/** From `owner` alone; numbers are those of the source. */
const evolutions: readonly Evolution[] = [
  {
    name: "a oneof that grows",
    after: "oneof owner { string person = 2; string company = 3; string state = 6; }",
    told: ["lock-added pets: the member shop.Pet/owner.state is not locked"],
    shown: "id 1, owner(person 2, company 3, state 6)",
  },
  {
    name: "a oneof that gets another name",
    after: owner.replace("owner", "holder"),
    told: ["lock-kept pets: the member shop.Pet.owner keeps its name; the source makes it holder"],
    shown: "id 1, owner(person 2, company 3)",
  },
  {
    name: "a oneof of which one gets a oneof of its own",
    after: "oneof other { string company = 3; } oneof owner { string person = 2; string x = 7; }",
    told: [
      "lock-added pets: the member shop.Pet.other is not locked",
      "lock-gone pets: the locked member shop.Pet/owner.company is gone; it was company",
      "lock-added pets: the member shop.Pet/owner.x is not locked",
    ],
    shown: "id 1, other(company 3), owner(person 2, x 7)",
  },
  {
    name: "a oneof with others in it",
    after: "oneof owner { string city = 8; }",
    told: [
      "lock-gone pets: the locked member shop.Pet/owner.person is gone; it was person",
      "lock-gone pets: the locked member shop.Pet/owner.company is gone; it was company",
      "lock-added pets: the member shop.Pet/owner.city is not locked",
    ],
    shown: "id 1, owner(city 8)",
  },
  {
    name: "a member that leaves its oneof, under the name that it has in JSON",
    after: "string person = 2; oneof owner { string company = 3; }",
    told: [
      "lock-added pets: the member shop.Pet.person is not locked",
      "lock-gone pets: the locked member shop.Pet/owner.person is gone; it was person",
    ],
    shown: "id 1, person 2, owner(company 3)",
  },
  {
    name: "a oneof that is gone",
    after: "",
    told: ["lock-gone pets: the locked member shop.Pet.owner is gone; it was owner"],
    shown: "id 1",
  },
];

for (const evolution of evolutions) {
  test(`${evolution.name} is told, and keeps its numbers`, () => {
    const lock = lockOf(imported(proto(owner)));
    const { contract, told } = underLock(imported(proto(evolution.after)), lock);
    const ofMembers = told.filter((one) => one.includes("member"));
    assert.deepEqual(ofMembers.toSorted(), evolution.told.toSorted());
    assert.equal(shown(contract), evolution.shown);
  });
}

const severalBodies = `openapi: 3.1.0
info: { title: a, version: "1" }
paths:
  /a:
    get:
      operationId: getA
      responses:
        200: { description: a, content: { application/json: { schema: { type: string } } } }
        202: { description: b, content: { application/json: { schema: { type: integer } } } }
`;

test("an unchanged OpenAPI with bodies by status is under its own lock without a word", () => {
  const source = imported(severalBodies);
  const lock = lockOf(source);
  const { contract, told } = underLock(imported(severalBodies), lock);
  assert.deepEqual(told, []);
  assert.equal(lockOf(contract, lock), lock);
});
