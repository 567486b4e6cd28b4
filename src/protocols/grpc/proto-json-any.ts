/**
 * google.protobuf.Any in JSON: its message's own members beside `@type`. Which message it is, the
 * contract must know; its types and those of google.protobuf are all that can be told.
 */
import { assert } from "#base/assert.ts";
import type { DocumentLimits } from "#base/limits.ts";
import type { Contract } from "#contract/contract.ts";
import { resolve } from "#contract/resolve.ts";
import type { RefType, TypeName } from "#contract/types.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import { JsonRefusal, type Cursor } from "#formats/json/cursor.ts";
import { stringAt } from "#formats/json/read-record.ts";
import { findMember } from "#formats/json/skip.ts";
import { writeString } from "#formats/json/write-string.ts";
import { createProtoCodec, type ProtoCodec } from "#formats/protobuf/codec.ts";
import type { PlanMessage } from "#formats/protobuf/message-plan.ts";
import { ProtoRefusal } from "#formats/protobuf/proto-cursor.ts";
import type { Read } from "#formats/json/read-scalar.ts";
import { wellKnown } from "#formats/protobuf/well-known.ts";
import { compileMessage, eachMember, typeMember, type JsonScope } from "./proto-json-read.ts";
import type { ValueNames, Write } from "./proto-json-scalars.ts";
import { formsOf, orJsonRefusal, wellKnownForm, type AnyForm } from "./proto-json-whole.ts";
import { compileMembers, type WriteScope } from "./proto-json-write.ts";
import { fullName, type ProtoNames } from "./proto-names.ts";
import { statusContract } from "./status-contract.ts";

const anyCodec = createProtoCodec(statusContract);
const anyType: RefType = { kind: "ref", name: "Any" };
const readEnvelope = anyCodec.reader(anyType);
const writeEnvelope = anyCodec.writer(anyType);

export interface AnyForms {
  readonly reading: JsonScope;
  readonly writing: WriteScope;
  /** Of a whole message of google.protobuf, which has no fields in JSON. */
  readonly whole: (name: TypeName) => WholeForm;
}

/** From JSON to the bytes of the message, and back. Both throw refusals. */
export interface WholeForm {
  readonly read: (cursor: Cursor) => Buffer;
  readonly write: (bytes: Buffer) => string;
}

export function createAnyForms(
  contract: Contract,
  limits: DocumentLimits,
  codec: ProtoCodec,
  names: ProtoNames,
  plan: PlanMessage,
  valueNames: ValueNames,
): AnyForms {
  const known = new Map<string, AnyForm | undefined>();
  const typeOf = createTypes(contract, names);
  let depth = 0;

  const readAny: Read = (cursor) => {
    const { at } = cursor;
    const typeAt = cursor.text.charAt(at) === "{" ? findMember(cursor, typeMember) : -1;
    if (typeAt < 0) {
      eachMember(cursor, (name, keyAt) => {
        const message = `the member \`${typeMember}\` is missing beside \`${name.slice(0, 100)}\``;
        throw new JsonRefusal(message, keyAt, "missing-member", typeMember);
      });
      return new Uint8Array(0);
    }
    const url = stringAt(cursor, typeAt);
    const form = formOf(url);
    if (form === undefined) throw new JsonRefusal(unknownType(url), typeAt, "invalid-value");
    return orJsonRefusal(at, () => {
      return new Uint8Array(bytesOf(writeEnvelope(envelope(url, form.read(cursor)))));
    });
  };

  const writeAny: Write = (value) => {
    const read = readEnvelope(Buffer.from(value as Uint8Array));
    if (read.kind === "fault") throw new ProtoRefusal(read.message, "invalid-value");
    const { type_url: url, value: content } = read.value as ValueRecord;
    if (url === "") return "{}";
    const form = formOf(url as string);
    if (form === undefined) throw new ProtoRefusal(unknownType(url as string), "invalid-value");
    // Its content is read by itself, so nobody else counts how deep they stand in each other.
    if (depth >= limits.depthMax) {
      const message = `nested deeper than depthMax, ${limits.depthMax} levels`;
      throw new ProtoRefusal(message, "limit-exceeded");
    }
    depth++;
    try {
      const members = form.write(Buffer.from(content as Uint8Array));
      return `{${[`"${typeMember}":${writeString(url as string)}`, ...members].join(",")}}`;
    } finally {
      depth--;
    }
  };

  const reading: JsonScope = { reads: new Map(), readAny, valueNames };
  const writing: WriteScope = { writes: new Map(), writeAny, valueNames };

  function formOf(url: string): AnyForm | undefined {
    const name = url.slice(url.lastIndexOf("/") + 1);
    if (known.has(name)) return known.get(name);
    const form = makeForm(name);
    // Names that are none come from callers.
    if (form !== undefined) known.set(name, form);
    return form;
  }

  function makeForm(name: string): AnyForm | undefined {
    const own = wellKnown({ kind: "ref", name });
    if (own !== undefined) return wellKnownForm(own, limits, readAny, writeAny);
    const type = typeOf(name);
    if (type === undefined) return undefined;
    const read = compileMessage(reading, plan(type), true);
    const write = codec.writer(type);
    const readBytes = codec.reader(type);
    const writeMembers = compileMembers(writing, plan(type));
    return {
      read: (cursor) => bytesOf(write(read(cursor))),
      write: (bytes) => {
        const found = readBytes(bytes);
        if (found.kind === "fault") throw new ProtoRefusal(found.message, "invalid-value");
        return writeMembers(found.value);
      },
    };
  }

  const whole = (name: TypeName): WholeForm => {
    const form = wellKnown({ kind: "ref", name });
    assert(form !== undefined, `${name} has no form of its own`);
    const { read, write, toBytes, fromBytes } = formsOf(form, limits, readAny, writeAny);
    return {
      read: (cursor) => orJsonRefusal(cursor.at, () => toBytes(read(cursor))),
      write: (bytes) => write(fromBytes(bytes)),
    };
  };

  return { reading, writing, whole };
}

/** Messages by their full names: those that they came with, and those that they are told by. */
function createTypes(contract: Contract, names: ProtoNames): (name: string) => RefType | undefined {
  let types: Map<string, RefType> | undefined;
  return (wanted) => {
    if (types === undefined) {
      const messages = [...contract.types.keys()].filter((name) => {
        const { kind } = resolve(contract, { kind: "ref", name });
        return kind === "record" || kind === "union";
      });
      const told = messages.map((name) => [fullName(names, names.named(name)), name] as const);
      const own = contract.dialect === "grpc" ? messages.map((name) => [name, name] as const) : [];
      types = new Map([...told, ...own].map(([full, name]) => [full, { kind: "ref", name }]));
    }
    return types.get(wanted);
  };
}

function envelope(url: string, value: Uint8Array): ValueRecord {
  return Object.assign(createRecord(), { type_url: url, value });
}

function bytesOf(written: ReturnType<typeof writeEnvelope>): Buffer {
  if (written.kind === "bytes") return written.bytes;
  throw new ProtoRefusal(written.message, "invalid-value");
}

function unknownType(url: string): string {
  const expected = "expected a message of the contract, or one of google.protobuf";
  return `the type ${url.slice(0, 200)} is not known here; ${expected}`;
}
