/** Entries of every kind with any values that their fields may have. */
import fc from "fast-check";
import type { Entry } from "./entry.ts";
import { fields, kindNames, listedTextBytesMax, type Field, type FieldName } from "./fields.ts";
import { commonRequired, kinds, type Kind } from "./kinds.ts";

const byteCounts = { id: 16, half: 8, hash: 32 } as const;

export function arbitraryEntry(): fc.Arbitrary<Entry> {
  return fc.oneof(...kindNames.map(arbitraryOf));
}

function arbitraryOf(kind: Kind): fc.Arbitrary<Entry> {
  const { required, optional } = kinds[kind];
  const must = [...commonRequired, ...required].filter((name) => !isFixed(name));
  const names: readonly FieldName[] = [...must, "run", "aheadUs", ...optional];
  const model = Object.fromEntries(names.map((name) => [name, valueOf(fields[name])]));
  return fc
    .record(model, { requiredKeys: must })
    .map((values) => ({ ...values, kind }) as unknown as Entry);
}

function isFixed(name: FieldName): boolean {
  return name === "version" || name === "kind";
}

function valueOf({ type, max = 0, names = [] }: Field): fc.Arbitrary<unknown> {
  switch (type) {
    case "uint":
      return fc.oneof(fc.maxSafeNat(), fc.nat(70_000));
    case "id":
    case "half":
    case "hash":
      return hexOf(byteCounts[type]);
    case "text":
      return textOf(max);
    case "flag":
      return fc.constant(true);
    case "choice":
      return fc.constantFrom(...names);
    case "ids":
      return fc.array(hexOf(16), { maxLength: max });
    case "texts":
      return fc.array(textOf(listedTextBytesMax), { maxLength: max });
    case "keys":
      return fc.constant([]);
  }
}

function hexOf(bytes: number): fc.Arbitrary<string> {
  return fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((octets) => Buffer.from(octets).toString("hex"));
}

/** Up to a length at which four bytes a character still fit. */
function textOf(bytesMax: number): fc.Arbitrary<string> {
  return fc.string({ unit: "binary", maxLength: bytesMax >> 2 });
}
