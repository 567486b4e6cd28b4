/**
 * JSON under a contract: one writer per type, compiled once. Members stand in the order of the
 * fields. Values are trusted to be of their types: readers of all dialects see to that.
 */
import { assert, assertNever } from "#base/assert.ts";
import type { Contract } from "#contract/contract.ts";
import type { DecimalType, IntType, ListType, MapType, Type } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import type { JsonWriteOptions } from "./options.ts";
import { jsonNumberOf } from "./plain-number.ts";
import { derivedTypes, isExact } from "./resolve.ts";
import { compileShadow } from "./shadow.ts";
import { compileRecordWrite } from "./write-record.ts";
import { writeRaw } from "./write-raw.ts";
import { writeString } from "./write-string.ts";
import { compileUnionWrite } from "./write-union.ts";
import type { WriteJson, WriterScope } from "./writer-scope.ts";

export type { WriteJson } from "./writer-scope.ts";

export function compileJsonWriter(
  contract: Contract,
  type: Type,
  options: JsonWriteOptions,
): WriteJson {
  const named = new Map<string, WriteJson>();
  const scope: WriterScope = {
    contract,
    options,
    derived: derivedTypes(contract),
    compile(one) {
      if (one.kind !== "ref") return compileType(scope, one);
      const known = named.get(one.name);
      if (known !== undefined) return known;
      const target = contract.types.get(one.name)?.type;
      assert(target !== undefined, `type ${one.name} is not in the contract`);
      const slot: { write?: WriteJson } = {};
      named.set(one.name, (value) => (slot.write as WriteJson)(value));
      slot.write =
        target.kind === "record"
          ? compileRecordWrite(scope, target, one.name)
          : scope.compile(target);
      named.set(one.name, slot.write);
      return slot.write;
    },
  };
  const write = scope.compile(type);
  const shadow = compileShadow(contract, type, options);
  if (shadow === undefined) return write;
  return (value) => {
    const copy = shadow.convert(value);
    return shadow.failed() ? write(value) : JSON.stringify(copy);
  };
}

function compileType(scope: WriterScope, type: Exclude<Type, { kind: "ref" }>): WriteJson {
  switch (type.kind) {
    case "record":
      return compileRecordWrite(scope, type, undefined);
    case "union":
      return compileUnionWrite(scope, type);
    case "list":
      return compileListWrite(scope, type);
    case "map":
      return compileMapWrite(scope, type);
    case "opaque":
      return type.content === "json" ? writeRaw : type.content === "xml" ? text : writeBase64;
    case "bool":
      return String;
    case "int":
      return isExact(type) ? compileExact(type, scope.options) : String;
    case "decimal":
      return compileExact(type, scope.options);
    case "float":
      return writeFloat;
    case "enum":
      return type.spelling === "number" ? writeEnumNumber : text;
    case "bytes":
      return type.encoding === "hex" ? writeHex : writeBase64;
    case "string":
    case "date":
    case "time":
    case "dateTime":
    case "duration":
    case "uri":
    case "qname":
    case "uuid":
      return text;
    default:
      return assertNever(type);
  }
}

const text = writeString as WriteJson;

function compileExact(
  { kind, spelling }: IntType | DecimalType,
  { exactNumbers = "string" }: JsonWriteOptions,
): WriteJson {
  const quoted: WriteJson = (value) => `"${value as string}"`;
  const plain: WriteJson = (value) => jsonNumberOf(value as string);
  if (exactNumbers === "safe" && kind === "int") {
    return (value) => (Number.isSafeInteger(Number(value)) ? plain(value) : quoted(value));
  }
  return (spelling ?? exactNumbers) === "number" ? plain : quoted;
}

function writeFloat(value: Value): string {
  const number = value as number;
  if (Number.isFinite(number)) return Object.is(number, -0) ? "-0" : String(number);
  return `"${String(number)}"`;
}

function writeEnumNumber(value: Value): string {
  const lexical = value as string;
  return /^[+-]?\d+(?:\.\d+)?$/.test(lexical) ? jsonNumberOf(lexical) : writeString(lexical);
}

function bufferOf(value: Value): Buffer {
  const { buffer, byteOffset, byteLength } = value as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}

function writeBase64(value: Value): string {
  return `"${bufferOf(value).toString("base64")}"`;
}

function writeHex(value: Value): string {
  return `"${bufferOf(value).toString("hex").toUpperCase()}"`;
}

function compileListWrite(scope: WriterScope, { item }: ListType): WriteJson {
  const write = scope.compile(item);
  return (value) => {
    const items = value as readonly Value[];
    let out = "[";
    for (let index = 0; index < items.length; index++) {
      const one = items[index] as Value;
      if (index > 0) out += ",";
      out += one === null ? "null" : write(one);
    }
    return `${out}]`;
  };
}

function compileMapWrite(scope: WriterScope, type: MapType): WriteJson {
  const write = scope.compile(type.value);
  return (value) => {
    const map = value as ValueRecord;
    let out = "{";
    for (const key in map) {
      const one = map[key] as Value;
      if (out.length > 1) out += ",";
      out += `${writeString(key)}:${one === null ? "null" : write(one)}`;
    }
    return `${out}}`;
  };
}
