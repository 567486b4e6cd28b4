/** Our reading of the schema against Ajv's, on values that nearly fit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { createConfigurationSchema } from "./schema.ts";
import { compileSchema } from "#formats/yaml/find-violations.ts";
import type { JsonSchema } from "#base/json-schema.ts";

const configurationSchema = createConfigurationSchema({});
const findViolations = compileSchema(configurationSchema);
const validate = new Ajv2020({
  allErrors: true,
  useDefaults: true,
  verbose: true,
  allowUnionTypes: true,
  keywords: ["x-expected", "x-file"],
}).compile(configurationSchema);

const anything = fc.oneof(
  fc.constantFrom(
    null,
    true,
    -1,
    0,
    1,
    1.5,
    443,
    1e18,
    Infinity,
    NaN,
    "",
    "a",
    "GET",
    "/a",
    "http://a:1",
    "off",
  ),
  fc.constantFrom("x".repeat(300), "😀".repeat(40), "constructor", "open", [], [1], {}, { a: 1 }),
);
const names = fc.constantFrom("a", "b-1", "Not a name", "constructor", "x".repeat(200));

/** Values that mostly fit the schema. */
function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const fitting: fc.Arbitrary<unknown>[] = [];
  const add = (weight: number, arbitrary: fc.Arbitrary<unknown>): void => {
    for (let count = 0; count < weight; count++) fitting.push(arbitrary);
  };
  add(1, anything);
  for (const word of [...(schema.enum ?? []), ...(schema.examples ?? [])])
    add(1, fc.constant(word));
  if (schema.const !== undefined) add(4, fc.constant(schema.const));
  if (schema.items !== undefined) add(6, fc.array(valuesOf(schema.items), { maxLength: 5 }));
  const { properties, additionalProperties } = schema;
  if (properties !== undefined || typeof additionalProperties === "object") {
    const keys = Object.entries(properties ?? {}).map(
      ([key, own]) => [key, valuesOf(own)] as const,
    );
    const record = fc.record(Object.fromEntries(keys), { requiredKeys: [] });
    const other =
      typeof additionalProperties === "object" ? valuesOf(additionalProperties) : anything;
    const more = fc.dictionary(names, other, { maxKeys: additionalProperties ? 3 : 1 });
    const rarely = additionalProperties ? more : fc.oneof(fc.constant({}), fc.constant({}), more);
    add(
      12,
      fc.tuple(record, rarely).map(([one, two]) => ({ ...one, ...two })),
    );
  }
  return fc.oneof(...fitting);
}

test("violations are those that Ajv finds, and the defaults that are filled in the same", () => {
  fc.assert(
    fc.property(valuesOf(configurationSchema), (value) => {
      const ours = structuredClone(value);
      const theirs = structuredClone(value);
      const found = findViolations(ours).map(({ path, keyword, key, propertyName }) =>
        [path.join("/"), keyword, key, propertyName].join(" "),
      );
      validate(theirs);
      const expected = (validate.errors ?? [])
        // It only says that an error about a name, which stands beside it, is one.
        .filter(({ keyword }) => keyword !== "propertyNames")
        .map(({ instancePath, keyword, params, propertyName }) => {
          const steps = instancePath.slice(1).replaceAll("~1", "/").replaceAll("~0", "~");
          const key = params["additionalProperty"] ?? params["missingProperty"];
          return [steps, keyword, key, propertyName].join(" ");
        });
      assert.deepEqual(found.toSorted(), expected.toSorted());
      assert.deepEqual(ours, theirs);
    }),
    { numRuns: 2_000 },
  );
});

test("values that fit have none", () => {
  const service = { instances: ["http://127.0.0.1:1"], routes: [{ id: "one", path: "/one" }] };
  assert.deepEqual(findViolations({ version: 1, callers: "open", services: { a: service } }), []);
});
