/** application/x-www-form-urlencoded: the members of the body as pairs, as a query has them. */
import { DocumentFailure, orFault } from "#contract/document-fault.ts";
import type { Contract } from "#contract/contract.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { escapePointer } from "#formats/json/place.ts";
import { fieldsOf, resolve } from "#formats/json/resolve.ts";
import { decodeText } from "./bodies-text.ts";
import type { BodySubject, Coder } from "./body-codec.ts";
import { readMembers, writtenMembers, type Subject } from "./parameters-flat.ts";
import { readPairs, writePairs, type PairedValue } from "./parameters-query.ts";
import { formDecode, parsePairs, percentEncode, type Pair } from "./percent.ts";
import { compileShape, type Shape } from "./text-codec.ts";

const whole: Subject = { what: "the form", place: "" };

interface FormField extends PairedValue {
  readonly key: string;
  readonly required: boolean;
}

export function formCodec(contract: Contract, { type }: BodySubject, mediaType: string): Coder {
  const fields = compileFields(contract, type);
  const shape = fields === undefined ? compileShape(contract, type) : undefined;
  return {
    read: (bytes, found) =>
      orFault(() => {
        const text = decodeText(bytes, found);
        if (typeof text !== "string") return text;
        const pairs = parsePairs(text);
        if (pairs === undefined) throw failure("a name's percent-encoding is broken", "");
        const value = fields === undefined ? readMap(shape, pairs) : readFields(fields, pairs);
        return { kind: "value" as const, value };
      }),
    write: (value) =>
      orFault(() => ({
        kind: "body" as const,
        contentType: mediaType,
        bytes: Buffer.from(written(fields, shape, value as ValueRecord).join("&")),
      })),
  };
}

function failure(message: string, place: string): DocumentFailure {
  return new DocumentFailure({ kind: "fault", code: "invalid-value", message, place });
}

/** Undefined: not a record. */
function compileFields(
  contract: Contract,
  type: BodySubject["type"],
): readonly FormField[] | undefined {
  const record = resolve(contract, type);
  if (record.kind !== "record") return undefined;
  return fieldsOf(contract, record).map((field) => {
    const name = field.jsonName ?? field.name;
    const shape = compileShape(contract, field.type);
    const isMembers = shape.kind === "record" || shape.kind === "map";
    return {
      key: field.name,
      name,
      required: field.presence === "required",
      style: isMembers ? "deepObject" : "form",
      explode: true,
      shape,
      subject: { what: `the member \`${name}\` of the form`, place: `/${escapePointer(name)}` },
    };
  });
}

function readMap(shape: Shape | undefined, pairs: readonly Pair[]): Value {
  if (shape?.kind !== "map") throw failure("the form has no members that the contract knows", "");
  const entries = pairs.map(({ name, raw }) => {
    const text = formDecode(raw);
    if (text === undefined) throw failure(`\`${name}\`: its percent-encoding is broken`, "");
    return [name, text] as const;
  });
  return readMembers(whole, shape, entries);
}

function readFields(fields: readonly FormField[], pairs: readonly Pair[]): Value {
  const out = createRecord();
  const used = new Set<Pair>();
  const claimed = new Set(fields.map(({ name }) => name));
  for (const field of fields) {
    const value = readPairs(field, pairs, claimed, used, formDecode);
    if (value !== undefined) out[field.key] = value;
    else if (field.required) throw failure(`${field.subject.what} is missing`, field.subject.place);
  }
  const surplus = pairs.find((pair) => !used.has(pair));
  if (surplus === undefined) return out;
  const name = surplus.name.slice(0, 100);
  throw failure(`the member \`${name}\` of the form is not known`, `/${escapePointer(name)}`);
}

function written(
  fields: readonly FormField[] | undefined,
  shape: Shape | undefined,
  value: ValueRecord,
): readonly string[] {
  const entries: (readonly [string, string])[] = [];
  if (fields === undefined) {
    if (shape?.kind !== "map") throw failure("the value cannot be a form", "");
    for (const [name, text] of writtenMembers(whole, shape, value)) {
      entries.push([name, percentEncode(text)]);
    }
  }
  for (const field of fields ?? []) {
    const one = value[field.key];
    if (one !== undefined) entries.push(...writePairs(field, one));
  }
  return entries.map(([name, raw]) => `${percentEncode(name)}=${raw}`);
}
