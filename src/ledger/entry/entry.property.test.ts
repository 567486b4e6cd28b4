import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "cborg";
import fc from "fast-check";
import { arbitraryEntry } from "./arbitrary-fixture.ts";
import { decodeEntry } from "./decode-entry.ts";
import { encodeEntry } from "./encode-entry.ts";
import type { Entry } from "./entry.ts";
import { fields, fieldsByKey, kindNames, type Field, type FieldName } from "./fields.ts";

test("what is encoded is decoded as it was", () => {
  fc.assert(
    fc.property(arbitraryEntry(), (entry) => {
      assert.deepEqual(decodeEntry(encodeEntry(entry)), entry);
    }),
  );
});

/** As another implementation of CBOR reads it. */
function valueElsewhere(field: Field, value: unknown): unknown {
  if (field.type === "choice") return field.names?.[value as number];
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (!Array.isArray(value)) return typeof value === "bigint" ? Number(value) : value;
  return value.map((member: unknown) => valueElsewhere({ ...field, type: "id" }, member));
}

test("another implementation of CBOR, told to be strict, reads the same", () => {
  fc.assert(
    fc.property(arbitraryEntry(), (entry) => {
      const read = decode(encodeEntry(entry), {
        useMaps: true,
        strict: true,
        rejectDuplicateMapKeys: true,
        allowIndefinite: false,
      }) as Map<number, unknown>;
      assert.equal(read.get(fields.version.key), 1);
      assert.equal(read.get(fields.kind.key), kindNames.indexOf(entry.kind));
      const named = fieldsByKey
        .filter(([name, { key }]) => name !== "version" && read.has(key))
        .map(([name, field]) => [name, valueElsewhere(field, read.get(field.key))]);
      assert.deepEqual(Object.fromEntries(named), entry);
      assert.equal(read.size, Object.keys(entry).length + 1);
    }),
  );
});

function isEntry(decoded: ReturnType<typeof decodeEntry>): decoded is Entry {
  return decoded.kind !== "malformed" && decoded.kind !== "opaque";
}

test("any bytes decode to an entry that is encoded as these very bytes, or are refused", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((octets) => Buffer.from(octets)),
    fc
      .record({ entry: arbitraryEntry(), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) })
      .map(({ entry, at, by }) => {
        const changed = encodeEntry(entry);
        const place = at % changed.length;
        changed[place] = (changed[place] as number) ^ by;
        return changed;
      }),
    fc.record({ entry: arbitraryEntry(), left: fc.nat() }).map(({ entry, left }) => {
      const whole = encodeEntry(entry);
      return whole.subarray(0, left % whole.length);
    }),
  );
  fc.assert(
    fc.property(bytes, (some) => {
      const decoded = decodeEntry(some);
      if (decoded.kind === "opaque") assert.equal(decoded.bytes, some);
      else if (isEntry(decoded)) assert.deepEqual(encodeEntry(decoded), some);
      else assert.ok(decoded.reason !== "" && decoded.offset <= some.length);
    }),
    { numRuns: 3_000 },
  );
});

/** The longest that an entry can be, field by field. */
test("no field is left out, and no entry comes near the limit of 65,535 bytes", () => {
  const size = ({ type, max = 0 }: Field): number => {
    const listed = { ids: 18, texts: 131, keys: 3 } as const;
    if (type === "ids" || type === "texts" || type === "keys") return 5 + max * listed[type];
    return 2 + { uint: 9, id: 17, half: 9, hash: 34, text: 3 + max, flag: 1, choice: 2 }[type];
  };
  const sum = fieldsByKey.reduce((bytes, [, field]) => bytes + size(field), 2);
  assert.ok(sum < 16_384, `${sum} bytes`);
  const keys = fieldsByKey.map(([, { key }]) => key);
  assert.equal(new Set(keys).size, keys.length);
  const names: readonly FieldName[] = fieldsByKey.map(([name]) => name);
  assert.equal(names.length, Object.keys(fields).length);
});
