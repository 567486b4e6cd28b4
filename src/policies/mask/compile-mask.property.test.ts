import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract } from "#contract/contract.ts";
import { emptyContract } from "#contract/empty-contract.ts";
import { createGenerator } from "#contract/generate-values.ts";
import type { Field, NamedType, RecordType, Type } from "#contract/types.ts";
import { createRecord, typeKey, type Value } from "#contract/value.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { compileMask } from "./compile-mask.ts";
import type { Masking } from "./masked-value.ts";

const text: Type = { kind: "string", whitespace: "preserve" };
const kinds: Readonly<Record<string, Type>> = {
  plain: text,
  long: { ...text, lengthMin: 5, lengthMax: 9 },
  coded: { ...text, pattern: "^[A-Z]{2}[0-9]{4}$", patternDialect: "ecma" },
  flag: { kind: "bool" },
  small: { kind: "int", bits: 8, signed: true, minimum: "3", maximum: "9" },
  large: { kind: "int", bits: 64, signed: false },
  exact: { kind: "decimal", digits: 6, scale: 2 },
  rough: { kind: "float", bits: 64 },
  octets: { kind: "bytes", encoding: "base64" },
  day: { kind: "date", zone: "none" },
  moment: { kind: "dateTime", zone: "required" },
  hour: { kind: "time", zone: "optional" },
  span: { kind: "duration", style: "seconds" },
  link: { kind: "uri" },
  id: { kind: "uuid" },
  choice: {
    kind: "enum",
    values: [{ value: "A" }, { value: "B" }],
    open: false,
    spelling: "string",
  },
  list: { kind: "list", item: text, itemNullable: false, min: 1 },
  table: { kind: "map", key: text, value: text },
  inner: {
    kind: "record",
    fields: [{ name: "x", type: text, presence: "required", nullable: false }],
  },
};

function contractOf(record: RecordType, more: readonly NamedType[] = []): Contract {
  const named = [{ name: "Whole", type: record }, ...more];
  return { ...emptyContract("rest"), types: new Map(named.map((one) => [one.name, one])) };
}

const whole: Type = { kind: "ref", name: "Whole" };

const presences: readonly Pick<Field, "presence" | "nullable">[] = [
  { presence: "required", nullable: false },
  { presence: "required", nullable: true },
  { presence: "optional", nullable: false },
];

test("whatever is masked, and however, fits its contract, and nothing else has changed", () => {
  let count = 0;
  for (const [name, type] of Object.entries(kinds)) {
    for (const presence of presences) {
      const kept: Field = { name: "kept", type: text, presence: "required", nullable: false };
      const record: RecordType = { kind: "record", fields: [{ name, type, ...presence }, kept] };
      const contract = contractOf(record);
      const read = compileJsonReader(contract, whole, { unknownMembers: "reject" });
      const write = compileJsonWriter(contract, whole, {});
      for (const how of ["remove", "replace", "partly"] as const) {
        const masking: Masking & { field: string } = { field: name, how, text: "***", show: 2 };
        const { mask, used } = compileMask(contract, whole, {
          rules: [masking],
          sensitive: undefined,
        });
        assert.deepEqual([...used], [0]);
        for (const { body } of createGenerator(contract)({ type: whole, headers: [] })) {
          const masked = mask(body) as typeof body;
          const again = read(Buffer.from(write(masked)));
          assert.equal(again.kind, "value", `${name} ${how}: ${JSON.stringify(again)}`);
          assert.equal(masked["kept"], body["kept"]);
          if (how === "replace" && name === "plain" && typeof body[name] === "string") {
            assert.equal(masked[name], "***");
          }
          count++;
        }
      }
    }
  }
  assert.ok(count > 300, String(count));
});

const card = { field: "**.card", how: "partly", text: "***", show: 4 } as const;

function recordOf(plain: Readonly<Record<string, Value>>): Value {
  return Object.assign(createRecord(), plain);
}

test("records within themselves, derived ones and choices are gone through", () => {
  const field = (name: string, type: Type): Field => {
    return { name, type, presence: "optional", nullable: false };
  };
  const record: RecordType = {
    kind: "record",
    fields: [
      field("card", text),
      field("next", whole),
      field("either", {
        kind: "union",
        exclusive: true,
        variants: [
          { name: "a", type: whole },
          { name: "b", type: text },
        ],
      }),
    ],
  };
  const derived: RecordType = {
    kind: "record",
    extends: "Whole",
    fields: [field("spare", { kind: "list", item: whole, itemNullable: false, min: 0 })],
  };
  const contract = contractOf(record, [{ name: "More", type: derived }]);
  const { mask } = compileMask(contract, whole, { rules: [card], sensitive: undefined });
  const one = (more: Readonly<Record<string, Value>> = {}): Value =>
    recordOf({ card: "4111111111111111", ...more });
  const value = one({
    [typeKey]: "More",
    next: one({ next: one() }),
    either: recordOf({ a: one() }),
    spare: [one(), one({ either: recordOf({ b: "4111111111111111" }) })],
  });
  const told = JSON.stringify(mask(value));
  assert.equal(told.match(/\*{12}1111/g)?.length, 6);
  assert.equal(told.match(/4111111111111111/g)?.length, 1, "a text of another name stays");
});

test("what a contract leaves open is left out where it may be what is to be masked", () => {
  const record: RecordType = {
    kind: "record",
    open: true,
    fields: [{ name: "name", type: text, presence: "optional", nullable: false }],
  };
  const rules = [card, { ...card, field: "deep.secret" }];
  const { mask } = compileMask(contractOf(record), whole, { rules, sensitive: undefined });
  const value = recordOf({
    name: "Ada",
    card: '"4111"',
    deep: '{"secret":1}',
    extra: '{"a":{"card":"4111"}}',
    fine: '{"a":1}',
  });
  assert.deepEqual(JSON.parse(JSON.stringify(mask(value))), { name: "Ada", fine: '{"a":1}' });
});
