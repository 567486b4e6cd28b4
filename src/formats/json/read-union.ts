/**
 * Unions as JSON spells them: an object with one member; the variant's object with its tag in a
 * member of its own, anywhere; or a plain value that is told apart by its shape.
 */
import type { Type, UnionType, Variant } from "#contract/types.ts";
import { createRecord, type Value } from "#contract/value.ts";
import {
  colon,
  comma,
  enter,
  isDigit,
  JsonRefusal,
  leftBrace,
  minus,
  peek,
  quote,
  rightBrace,
  unexpected,
  type Cursor,
} from "./cursor.ts";
import { fewestUnknownFirst, knownMembers, type KnownMembers } from "./known-members.ts";
import { readString } from "./read-string.ts";
import { compileRecordRead, stringAt } from "./read-record.ts";
import type { Read } from "./read-scalar.ts";
import { readNull, type ReaderScope } from "./reader-scope.ts";
import { isExact, recordName, resolve } from "./resolve.ts";
import { findMember } from "./skip.ts";

export function compileUnionRead(scope: ReaderScope, union: UnionType): Read {
  if (union.discriminator !== undefined) {
    return compileTaggedRead(scope, union, union.discriminator.property);
  }
  return union.plain === true ? compilePlainRead(scope, union) : compileKeyedRead(scope, union);
}

function choose(name: string, value: Value): Value {
  const choice = createRecord();
  choice[name] = value;
  return choice;
}

function compileVariant(scope: ReaderScope, { type, nullable }: Variant): Read {
  const read = scope.compile(type);
  if (nullable !== true) return read;
  return (cursor) => (readNull(cursor, peek(cursor)) ? null : read(cursor));
}

function compileKeyedRead(scope: ReaderScope, { variants }: UnionType): Read {
  const reads = new Map(variants.map((variant) => [variant.name, compileVariant(scope, variant)]));
  const expected = `an object with one of the members ${listed(variants.map(({ name }) => name))}`;
  return (cursor) => {
    if (cursor.text.charCodeAt(cursor.at) !== leftBrace) throw unexpected(cursor, expected);
    enter(cursor);
    cursor.at++;
    if (peek(cursor) !== quote) throw unexpected(cursor, expected);
    const keyAt = cursor.at;
    const name = readString(cursor);
    const read = reads.get(name);
    if (read === undefined) {
      const message = `expected ${expected}, found \`${name.slice(0, 100)}\``;
      throw new JsonRefusal(message, keyAt, "unexpected-member", name);
    }
    if (peek(cursor) !== colon) throw unexpected(cursor, "`:`");
    cursor.at++;
    peek(cursor);
    const value = read(cursor);
    const code = peek(cursor);
    if (code === comma) {
      throw new JsonRefusal(`expected ${expected}, found more`, cursor.at, "unexpected-member");
    }
    if (code !== rightBrace) throw unexpected(cursor, "`}`");
    cursor.at++;
    cursor.depth--;
    return choose(name, value);
  };
}

function compileTaggedRead(scope: ReaderScope, union: UnionType, property: string): Read {
  const byTag = new Map<string, { readonly name: string; readonly read: Read }>();
  for (const variant of union.variants) {
    const read = compileVariantRead(scope, variant.type, property);
    byTag.set(variant.tag ?? variant.name, { name: variant.name, read });
  }
  const tags = listed([...byTag.keys()]);
  return (cursor) => {
    const { at } = cursor;
    if (cursor.text.charCodeAt(at) !== leftBrace) throw unexpected(cursor, "an object");
    const tagAt = findMember(cursor, property);
    if (tagAt < 0) {
      const message = `the member \`${property}\` is missing; expected one of ${tags}`;
      throw new JsonRefusal(message, at, "missing-member", property);
    }
    const tag = stringAt(cursor, tagAt);
    const variant = byTag.get(tag);
    if (variant === undefined) {
      const message = `expected one of ${tags}, found \`${tag.slice(0, 100)}\``;
      throw new JsonRefusal(message, tagAt, "invalid-value");
    }
    return choose(variant.name, variant.read(cursor));
  };
}

/** A variant that does not know the tag as a field of its own has to let it pass. */
function compileVariantRead(scope: ReaderScope, type: Type, property: string): Read {
  const record = resolve(scope.contract, type);
  if (record.kind !== "record") return scope.compile(type);
  return compileRecordRead(scope, record, recordName(scope.contract, type), property);
}

interface Candidate {
  readonly name: string;
  readonly read: Read;
  readonly shapes: string;
  readonly known: KnownMembers;
}

function compilePlainRead(scope: ReaderScope, union: UnionType): Read {
  const candidates = union.variants.map(({ name, type }: Variant): Candidate => ({
    name,
    read: scope.compile(type),
    shapes: shapesOf(scope, type),
    known: knownMembers(scope, type),
  }));
  const loses =
    scope.options.unknownMembers !== "reject" &&
    candidates.filter(({ shapes }) => shapes.includes("{")).length > 1;
  const expected = listed(union.variants.map(({ name }) => name));
  return (cursor) => {
    const { at, depth } = cursor;
    const shape = shapeAt(cursor);
    let nearest: JsonRefusal | undefined;
    const tried = loses && shape === "{" ? fewestUnknownFirst(cursor, candidates) : candidates;
    for (const { name, read, shapes } of tried) {
      if (!shapes.includes(shape)) continue;
      try {
        return choose(name, read(cursor));
      } catch (error) {
        if (!(error instanceof JsonRefusal)) throw error;
        if (error.code === "malformed-json" || error.code === "limit-exceeded") throw error;
        // The variant that went furthest is most likely what was meant.
        if (nearest === undefined || error.at > nearest.at) nearest = error;
        cursor.at = at;
        cursor.depth = depth;
      }
    }
    if (nearest === undefined) throw unexpected(cursor, `one of ${expected}`);
    const message = `none of ${expected} fits: ${nearest.message}`;
    throw new JsonRefusal(message, nearest.at, nearest.code, nearest.member);
  };
}

/** First characters: object, array, string, number, bool, null; `0` stands for numbers. */
function shapeAt(cursor: Cursor): string {
  const code = cursor.text.charCodeAt(cursor.at);
  return isDigit(code) || code === minus ? "0" : cursor.text.charAt(cursor.at);
}

function shapesOf(scope: ReaderScope, type: Type): string {
  const resolved = resolve(scope.contract, type);
  switch (resolved.kind) {
    case "record":
    case "map":
      return "{";
    case "list":
      return scope.options.unwrapSingle === true ? anyShape : "[";
    case "bool":
      return "tf";
    case "float":
      return scope.options.floatSpecials === false ? "0" : '0"';
    case "int":
      return isExact(resolved) && resolved.spelling !== "number" ? '0"' : "0";
    case "decimal":
      return resolved.spelling === "number" ? "0" : '0"';
    case "enum":
      return '0"';
    case "union":
      return resolved.plain === true ? anyShape : "{";
    case "opaque":
      return resolved.content === "json" ? anyShape : '"';
    default:
      return '"';
  }
}

const anyShape = '{["0tfn';

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `\`${name}\``);
  return names.length > 20 ? `${shown.join(", ")}, ...` : shown.join(", ");
}
