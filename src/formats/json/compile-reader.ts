/**
 * JSON under a contract: one reader per type, compiled once, run per message over the bytes. No
 * tree is built but the typed value.
 */
import type { Contract } from "#contract/contract.ts";
import type { ListType, MapType, Type } from "#contract/types.ts";
import { createRecord, typeKey, type Value } from "#contract/value.ts";
import { defaultDocumentLimits } from "#base/limits.ts";
import { assert, assertNever } from "#base/assert.ts";
import {
  colon,
  comma,
  countNode,
  enter,
  JsonRefusal,
  leftBrace,
  leftBracket,
  peek,
  quote,
  rightBrace,
  rightBracket,
  unexpected,
  type Cursor,
} from "./cursor.ts";
import { readString } from "./read-string.ts";
import type { JsonRead, JsonReadOptions } from "./options.ts";
import { runReader } from "./run-reader.ts";
import { compileRecordRead } from "./read-record.ts";
import { compileScalarRead, type Read } from "./read-scalar.ts";
import { compileUnionRead } from "./read-union.ts";
import { derivedTypes } from "./resolve.ts";
import { compileScalarText } from "#contract/check-scalar.ts";
import { skipValue } from "./skip.ts";
import { readNull, type ReaderScope } from "./reader-scope.ts";

const quotedTypeKey = JSON.stringify(typeKey);

export type ReadJson = (bytes: Buffer) => JsonRead;

export function compileJsonReader(
  contract: Contract,
  type: Type,
  options: JsonReadOptions,
): ReadJson {
  const limits = options.limits ?? defaultDocumentLimits;
  const scope = createScope(contract, options);
  const read = scope.compile(type);
  const hasDerived = scope.derived.size > 0;
  const readWhole = (cursor: Cursor): Value =>
    options.nullable === true && readNull(cursor, peek(cursor)) ? null : read(cursor);
  const mentionsTypes = hasDerived ? (text: string) => text.includes(quotedTypeKey) : undefined;
  return (bytes) => runReader(bytes, limits, readWhole, mentionsTypes);
}

function createScope(contract: Contract, options: JsonReadOptions): ReaderScope {
  const named = new Map<string, Read>();
  const scope: ReaderScope = {
    contract,
    options,
    derived: derivedTypes(contract),
    compile(type) {
      if (type.kind !== "ref") return compileType(scope, type);
      const known = named.get(type.name);
      if (known !== undefined) return known;
      const target = contract.types.get(type.name)?.type;
      assert(target !== undefined, `type ${type.name} is not in the contract`);
      const slot: { read?: Read } = {};
      named.set(type.name, (cursor) => (slot.read as Read)(cursor));
      slot.read =
        target.kind === "record"
          ? compileRecordRead(scope, target, type.name)
          : scope.compile(target);
      named.set(type.name, slot.read);
      return slot.read;
    },
  };
  return scope;
}

function compileType(scope: ReaderScope, type: Exclude<Type, { kind: "ref" }>): Read {
  switch (type.kind) {
    case "record":
      return compileRecordRead(scope, type, undefined);
    case "union":
      return compileUnionRead(scope, type);
    case "list":
      return compileListRead(scope, type);
    case "map":
      return compileMapRead(scope, type);
    case "opaque":
      return compileOpaqueRead(scope, type.content);
    case "bool":
    case "int":
    case "decimal":
    case "float":
    case "string":
    case "bytes":
    case "date":
    case "time":
    case "dateTime":
    case "duration":
    case "uri":
    case "qname":
    case "uuid":
    case "enum":
      return compileScalarRead(type, scope.options);
    default:
      return assertNever(type);
  }
}

function compileOpaqueRead(scope: ReaderScope, content: "xml" | "json" | "protoAny"): Read {
  if (content === "protoAny") return scope.compile({ kind: "bytes", encoding: "base64" });
  if (content === "xml") return scope.compile({ kind: "string", whitespace: "preserve" });
  return (cursor) => {
    const { at } = cursor;
    skipValue(cursor);
    return cursor.text.slice(at, cursor.at);
  };
}

function compileListRead(scope: ReaderScope, type: ListType): Read {
  const readItem = scope.compile(type.item);
  const { itemNullable, min, max = Infinity } = type;
  const unwrap = scope.options.unwrapSingle === true;
  return (cursor) => {
    const { at: start } = cursor;
    if (cursor.text.charCodeAt(start) !== leftBracket) {
      if (unwrap && min <= 1 && max >= 1) return [readItem(cursor)];
      throw unexpected(cursor, "an array");
    }
    enter(cursor);
    cursor.at++;
    const items: Value[] = [];
    let code = peek(cursor);
    if (code !== rightBracket) {
      for (;;) {
        countNode(cursor);
        if (itemNullable && readNull(cursor, code)) items.push(null);
        else items.push(readItem(cursor));
        if (items.length > max) {
          throw new JsonRefusal(`more than ${max} items`, start, "invalid-value");
        }
        code = peek(cursor);
        if (code === rightBracket) break;
        if (code !== comma) throw unexpected(cursor, "`,` or `]`");
        cursor.at++;
        code = peek(cursor);
      }
    }
    cursor.at++;
    cursor.depth--;
    if (items.length < min) {
      const message = `expected at least ${min} items, found ${items.length}`;
      throw new JsonRefusal(message, start, "invalid-value");
    }
    return items;
  };
}

function compileMapRead(scope: ReaderScope, type: MapType): Read {
  const readValue = scope.compile(type.value);
  const { read: readKey, expected } = compileScalarText(type.key);
  const nullable = type.valueNullable === true;
  return (cursor) => {
    if (cursor.text.charCodeAt(cursor.at) !== leftBrace) throw unexpected(cursor, "an object");
    enter(cursor);
    cursor.at++;
    const map = createRecord();
    let code = peek(cursor);
    if (code !== rightBrace) {
      for (;;) {
        const keyAt = cursor.at;
        if (code !== quote) throw unexpected(cursor, "a member's name in quotes");
        const key = readString(cursor);
        if (map[key] !== undefined) {
          throw new JsonRefusal(
            `the member \`${key}\` stands here twice`,
            keyAt,
            "duplicate-member",
          );
        }
        if (readKey(key) === undefined) {
          const message = `expected ${expected} as the name of a member, found \`${key}\``;
          throw new JsonRefusal(message, keyAt, "invalid-value");
        }
        if (peek(cursor) !== colon) throw unexpected(cursor, "`:`");
        cursor.at++;
        countNode(cursor);
        code = peek(cursor);
        map[key] = nullable && readNull(cursor, code) ? null : readValue(cursor);
        code = peek(cursor);
        if (code === rightBrace) break;
        if (code !== comma) throw unexpected(cursor, "`,` or `}`");
        cursor.at++;
        code = peek(cursor);
      }
    }
    cursor.at++;
    cursor.depth--;
    return map;
  };
}
