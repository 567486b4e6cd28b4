/** Whatever the schema: what is derived is valid, bounded, and read to the types it selects. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { buildSchema, parse, validate, visit } from "graphql";
import { read } from "./import-fixture.ts";

const scalars = ["Int", "String!", "[ID!]", "[[Float]!]!"];

interface Shape {
  /** For each object: its fields, as numbers that choose a type. */
  readonly objects: readonly (readonly number[])[];
  readonly unions: readonly (readonly number[])[];
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  objects: fc.array(fc.array(fc.nat({ max: 200 }), { minLength: 1, maxLength: 8 }), {
    ...{ minLength: 1, maxLength: 30 },
  }),
  unions: fc.array(fc.array(fc.nat({ max: 100 }), { minLength: 1, maxLength: 6 }), {
    maxLength: 5,
  }),
});

/** Objects, interfaces that some of them implement, unions: all may lead to all. */
function schemaOf({ objects, unions }: Shape): string {
  const named = [
    ...objects.map((_, index) => `T${index}`),
    ...unions.map((_, index) => `U${index}`),
    ...["I0", "I1"],
  ];
  const typeFor = (choice: number): string => {
    const scalar = scalars[choice % 8];
    if (scalar !== undefined) return scalar;
    const name = named[choice % named.length] ?? "I0";
    return choice % 3 === 0 ? `[${name}!]!` : name;
  };
  const fieldsOf = (choices: readonly number[]): string =>
    choices
      .map((choice, index) => {
        const args = choice % 11 === 0 ? "(a: Int!)" : choice % 7 === 0 ? "(first: Int)" : "";
        return `f${index}${args}: ${typeFor(choice)}`;
      })
      .join(" ");
  const types = objects.map((choices, index) => {
    const by = index % 4 === 0 ? " implements I0" : index % 4 === 1 ? " implements I0 & I1" : "";
    return `type T${index}${by} { id: ID! ${fieldsOf(choices)} }`;
  });
  const members = (choices: readonly number[]): string => {
    const names = new Set(choices.map((choice) => `T${choice % objects.length}`));
    return [...names].join(" | ");
  };
  return [
    "interface I0 { id: ID! } interface I1 { id: ID! }",
    ...types,
    ...unions.map((choices, index) => `union U${index} = ${members(choices)}`),
    `type Query { ${named.map((name) => `get${name}: ${name} all${name}: [${name}]`).join(" ")} }`,
  ].join("\n");
}

test("documents that are derived are valid, and not larger than their bound", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const text = schemaOf(shape);
      const schema = buildSchema(text);
      const { contract, diagnostics } = read(text);
      assert.deepEqual(
        diagnostics.filter(({ severity }) => severity !== "info"),
        [],
      );
      for (const { graphql, id } of contract.operations) {
        const document = parse(graphql?.document ?? "");
        assert.deepEqual(validate(schema, document), [], `${id} ${graphql?.document}`);
        let fields = 0;
        visit(document, { Field: () => void fields++ });
        assert.ok(fields < 1_000, `${id} asks for ${fields} fields`);
      }
    }),
    { numRuns: 150 },
  );
});

test("a schema of a thousand types that all lead to each other is read whole", () => {
  const objects = Array.from({ length: 1_000 }, (_, index) =>
    Array.from({ length: 6 }, (_one, field) => 4 + ((index * 7 + field * 13) % 2_000)),
  );
  const { contract, diagnostics } = read(schemaOf({ objects, unions: [[1, 2, 3]] }));
  assert.equal(contract.operations.length, 2 * 1_003);
  assert.ok(diagnostics.every(({ severity }) => severity !== "error"));
});
