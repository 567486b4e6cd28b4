/** Describing loses nothing but what it says: import of a description is the contract again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import fc from "fast-check";
import { canonicalText } from "#contract/canonical-bytes.ts";
import type { Contract } from "#contract/contract.ts";
import type { Field, Type } from "#contract/types.ts";
import { contracts, namespace } from "./contract-fixture.ts";
import { describeOpenApi } from "./describe.ts";
import { importOpenApi } from "./import.ts";

function describe(contract: Contract): string {
  return describeOpenApi({ serviceName: "s", contract }, { address: "http://localhost/s" }).text;
}

function importAgain(contract: Contract): Contract {
  const source = { file: "a.json", text: describe(contract), read: () => undefined };
  return importOpenApi(source).contract;
}

/** What is left to be understood is written out, as import does it. */
function explicit(type: Type): Type {
  switch (type.kind) {
    case "int": {
      const { spelling, ...int } = type;
      const isLarge = type.bits === 64 || type.bits === "big";
      if (spelling === "string" || (isLarge && spelling === undefined)) {
        return { ...int, spelling: "string" };
      }
      return isLarge ? { ...int, spelling: "number" } : int;
    }
    case "record":
      return { xmlOrder: "sequence", ...type, fields: type.fields.map(explicitField) };
    case "list":
      return { ...type, item: explicit(type.item) };
    case "map": {
      const { key } = type;
      const isSpelled = key.kind === "int" || key.kind === "enum";
      const text = (isSpelled ? { ...key, spelling: "string" } : key) as typeof key;
      return { ...type, key: text, value: explicit(type.value) };
    }
    case "union":
      return {
        ...type,
        variants: type.variants.map((variant) => {
          const own = { ...variant, type: explicit(variant.type) };
          if (type.plain === true) return own;
          const xml = { node: "element" as const, name: clean(variant.name), namespace };
          return { ...own, xml: variant.xml ?? xml };
        }),
      };
    default:
      return type;
  }
}

function explicitField(field: Field): Field {
  const xml = { node: "element" as const, name: clean(field.name), namespace };
  return { ...field, type: explicit(field.type), xml: field.xml ?? xml };
}

function clean(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "_");
}

function typesOf(contract: Contract): unknown {
  return JSON.parse(canonicalText([...contract.types].toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function explicitTypes(contract: Contract): Contract {
  const types = [...contract.types].map(
    ([name, named]) => [name, { ...named, type: explicit(named.type) }] as const,
  );
  return { ...contract, types: new Map(types) };
}

test("types of any kind come back as they were", () => {
  fc.assert(
    fc.property(contracts, (contract) => {
      assert.deepEqual(typesOf(importAgain(contract)), typesOf(explicitTypes(contract)));
    }),
    { numRuns: 300 },
  );
});

test("operations come back with the addresses that they were described with", () => {
  fc.assert(
    fc.property(contracts, (contract) => {
      const [before] = contract.operations;
      const [after, ...more] = importAgain(contract).operations;
      assert.deepEqual(more, []);
      const { rest, origin: _, ...operation } = after ?? {};
      assert.equal(`${rest?.method} ${rest?.path}`, "POST /operate");
      assert.deepEqual(JSON.parse(canonicalText(operation)), JSON.parse(canonicalText(before)));
    }),
  );
});

test("describing again what was described gives the same document", () => {
  fc.assert(
    fc.property(contracts, (contract) => {
      const once = importAgain(contract);
      assert.equal(canonicalText(importAgain(once)), canonicalText(once));
    }),
  );
});

test("what is described is valid to another program", async () => {
  for (const contract of fc.sample(contracts, { numRuns: 20, seed: 1 })) {
    const document = JSON.parse(describe(contract)) as Record<string, unknown>;
    const { valid, errors } = await new Validator().validate(document);
    assert.deepEqual({ valid, errors }, { valid: true, errors: undefined });
  }
});
