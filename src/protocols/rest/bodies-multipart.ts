/** multipart/form-data (RFC 7578): one part for each member, files as bytes. */
import { hash } from "node:crypto";
import type { Contract } from "#contract/contract.ts";
import { DocumentFailure, orFault } from "#contract/document-fault.ts";
import type { Field, Type } from "#contract/types.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { escapePointer } from "#formats/json/place.ts";
import { fieldsOf, resolve } from "#formats/json/resolve.ts";
import { decodeText } from "./bodies-text.ts";
import type { BodyOptions, BodySubject, Coder } from "./body-codec.ts";
import { joinParts, splitParts, type Part } from "./multipart.ts";
import { checkCount, readText, writeItem } from "./parameters-flat.ts";
import { compileTextCodec, isScalar, type TextCodec } from "./text-codec.ts";

interface PartField {
  readonly field: Field;
  readonly name: string;
  readonly list: { readonly min: number; readonly max: number } | undefined;
  readonly isBytes: boolean;
  readonly contentType: string | undefined;
  readonly text: TextCodec;
}

export function multipartCodec(
  contract: Contract,
  { type }: BodySubject,
  mediaType: string,
  { unknown }: BodyOptions,
): Coder {
  const fields = compileFields(contract, type);
  return {
    read: (bytes, found) =>
      orFault(() => {
        const boundary = found?.parameters.get("boundary");
        if (boundary === undefined || !/^[\x20-\x7e]{1,70}$/.test(boundary)) {
          throw failure("the Content-Type names no boundary of 1 to 70 characters", "");
        }
        const parts = splitParts(bytes, boundary);
        if (typeof parts === "string") throw failure(parts, "");
        return { kind: "value" as const, value: readParts(fields, parts, unknown) };
      }),
    write: (value) =>
      orFault(() => {
        const parts = fields.flatMap((field) => partsOf(field, value as ValueRecord));
        const bytes = Buffer.concat(parts.map((part) => part.body));
        // No chance is needed: what holds a text with its own digest cannot be found.
        const boundary = `parlance-${hash("sha256", bytes).slice(0, 40)}`;
        return {
          kind: "body" as const,
          contentType: `${mediaType}; boundary=${boundary}`,
          bytes: joinParts(parts, boundary),
        };
      }),
  };
}

function failure(message: string, place: string): DocumentFailure {
  return new DocumentFailure({ kind: "fault", code: "invalid-value", message, place });
}

function compileFields(contract: Contract, type: Type): readonly PartField[] {
  const record = resolve(contract, type);
  if (record.kind !== "record") return [];
  return fieldsOf(contract, record).map((field): PartField => {
    const own = resolve(contract, field.type);
    const itemType = own.kind === "list" ? own.item : field.type;
    const item = resolve(contract, itemType);
    const isBytes = item.kind === "bytes";
    const usual = isScalar(item) ? undefined : "application/json";
    return {
      field,
      name: field.jsonName ?? field.name,
      list: own.kind === "list" ? { min: own.min, max: own.max ?? Infinity } : undefined,
      isBytes,
      contentType: isBytes ? (item.mediaType ?? "application/octet-stream") : usual,
      text: compileTextCodec(contract, itemType),
    };
  });
}

function readParts(
  fields: readonly PartField[],
  parts: readonly Part[],
  unknown: "reject" | "drop",
): Value {
  const known = new Set(fields.map(({ name }) => name));
  const surplus = parts.find(({ name }) => !known.has(name));
  if (surplus !== undefined && unknown === "reject") {
    const name = surplus.name.slice(0, 100);
    throw failure(`the part \`${name}\` is not known`, `/${escapePointer(name)}`);
  }
  const out = createRecord();
  for (const one of fields) {
    const { field, name, list } = one;
    const own = parts.filter((part) => part.name === name);
    const subject = { what: `the part \`${name}\``, place: `/${escapePointer(name)}` };
    if (own.length === 0) {
      if (field.presence !== "required") continue;
      if (list === undefined || list.min > 0)
        throw failure(`${subject.what} is missing`, subject.place);
    }
    const values = own.map((part) => readPart(one, part, subject));
    if (list !== undefined) {
      const shape = { kind: "list", item: one.text, ...list } as const;
      out[field.name] = checkCount(subject, shape, values);
    } else if (values.length > 1)
      throw failure(`${subject.what} stands there twice`, subject.place);
    else out[field.name] = values[0] as Value;
  }
  return out;
}

function readPart(
  { isBytes, text }: PartField,
  { body }: Part,
  subject: { readonly what: string; readonly place: string },
): Value {
  if (isBytes) return new Uint8Array(body);
  const decoded = decodeText(body, undefined);
  if (typeof decoded !== "string") throw failure(`${subject.what} is not UTF-8`, subject.place);
  return readText(subject, text, decoded);
}

function partsOf(one: PartField, record: ValueRecord): readonly Part[] {
  const value = record[one.field.name];
  if (value === undefined || value === null) return [];
  const values = one.list === undefined ? [value] : (value as readonly Value[]);
  const { name, contentType, isBytes } = one;
  const subject = { what: `the part \`${name}\``, place: `/${escapePointer(name)}` };
  return values.map((item) => ({
    name,
    contentType,
    isFile: isBytes,
    body:
      isBytes && item !== null
        ? Buffer.from(item as Uint8Array)
        : Buffer.from(writeItem(subject, one.text, item)),
  }));
}
