/**
 * Messages in the JSON form of Protocol Buffers (protobuf.dev/programming-guides/json), by the
 * plans that their bytes are read by: names in lowerCamelCase or as in the file, null for absent.
 */
import { nearest } from "#base/nearest.ts";
import { createRecord, type Value } from "#contract/value.ts";
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
} from "#formats/json/cursor.ts";
import { readNull } from "#formats/json/reader-scope.ts";
import type { Read } from "#formats/json/read-scalar.ts";
import { readString } from "#formats/json/read-string.ts";
import { skipValue } from "#formats/json/skip.ts";
import type { FieldPlan, Form, MessagePlan } from "#formats/protobuf/message-plan.ts";
import { ProtoRefusal } from "#formats/protobuf/proto-cursor.ts";
import { compileFinish } from "#formats/protobuf/read-message.ts";
import {
  compileMapKey,
  compileScalar,
  isNullValue,
  type ValueNames,
} from "./proto-json-scalars.ts";
import { compileWellKnown } from "./proto-json-well-known.ts";
import { jsonNameOf, namesOf } from "./proto-json-names.ts";

export interface JsonScope {
  readonly reads: Map<MessagePlan, Read>;
  /** A google.protobuf.Any as its bytes, the cursor being at its brace. */
  readonly readAny: Read;
  readonly valueNames: ValueNames;
}

/** Member of JSON that says of what type an Any is. */
export const typeMember = "@type";

export function compileJsonRead(scope: JsonScope, plan: MessagePlan): Read {
  const known = scope.reads.get(plan);
  if (known !== undefined) return known;
  let read: Read | undefined;
  // Messages may hold themselves.
  const lazily: Read = (cursor) => (read ??= compileMessage(scope, plan, false))(cursor);
  scope.reads.set(plan, lazily);
  return lazily;
}

type OpenRecord = { [name: string]: Value };

interface Member {
  readonly name: string;
  readonly field: FieldPlan;
  readonly takesNull: boolean;
  readonly read: Read;
}

/** @param isTyped it is the content of an Any, which says so in a member of its own. */
export function compileMessage(scope: JsonScope, plan: MessagePlan, isTyped: boolean): Read {
  const members = plan.fields.map((field): Member => ({
    name: jsonNameOf(field),
    field,
    takesNull: field.label === "single" && takesNull(field.form),
    read: compileField(scope, field),
  }));
  const find = namesOf(members);
  const finish = compileFinish(plan);
  const isUnion = plan.kind === "union";
  return (cursor) => {
    const start = cursor.at;
    const record = createRecord();
    const seen = new Set<Member>();
    eachMember(cursor, (name, keyAt) => {
      const member = find(name);
      if (member === undefined) {
        if (!isTyped || name !== typeMember) throw unknownMember(name, keyAt, members);
        skipValue(cursor);
        return;
      }
      if (seen.has(member)) throw refuseMember(name, keyAt, "stands here twice");
      seen.add(member);
      if (!member.takesNull && readNull(cursor, peek(cursor))) return;
      const { oneof } = member.field;
      const isSecond = isUnion ? hasMember(record) : oneof && record[oneof.field] !== undefined;
      if (isSecond === true)
        throw refuseMember(name, keyAt, "stands beside another of the same choice");
      const value = member.read(cursor);
      if (oneof === undefined) record[member.field.name] = value;
      else record[oneof.field] = Object.assign(createRecord(), { [member.field.name]: value });
    });
    return finished(finish, record, start);
  };
}

function finished(finish: (record: OpenRecord) => Value, record: OpenRecord, start: number): Value {
  try {
    return finish(record);
  } catch (error) {
    if (!(error instanceof ProtoRefusal)) throw error;
    const { code, message, place } = error;
    const slug = code === "missing-field" ? "missing-member" : "invalid-value";
    throw new JsonRefusal(message, start, slug, place === "" ? undefined : place.slice(1));
  }
}

function hasMember(record: OpenRecord): boolean {
  return Object.keys(record).length > 0;
}

function unknownMember(name: string, at: number, members: readonly Member[]): JsonRefusal {
  const near = nearest(
    name,
    members.map((member) => member.name),
  );
  const hint = near === undefined ? "" : `; did you mean \`${near}\`?`;
  return refuseMember(name, at, `is not known here${hint}`, "unexpected-member");
}

function refuseMember(
  name: string,
  at: number,
  what: string,
  code: "duplicate-member" | "unexpected-member" = what.includes("twice")
    ? "duplicate-member"
    : "unexpected-member",
): JsonRefusal {
  return new JsonRefusal(`the member \`${name.slice(0, 100)}\` ${what}`, at, code, name);
}

/** @param take with the cursor at the value. */
export function eachMember(cursor: Cursor, take: (name: string, keyAt: number) => void): void {
  if (cursor.text.charCodeAt(cursor.at) !== leftBrace) throw unexpected(cursor, "an object");
  enter(cursor);
  cursor.at++;
  let code = peek(cursor);
  while (code !== rightBrace) {
    if (code !== quote) throw unexpected(cursor, "a member's name in quotes");
    countNode(cursor);
    const keyAt = cursor.at;
    const name = readString(cursor);
    if (peek(cursor) !== colon) throw unexpected(cursor, "`:`");
    cursor.at++;
    peek(cursor);
    take(name, keyAt);
    code = peek(cursor);
    if (code === rightBrace) break;
    if (code !== comma) throw unexpected(cursor, "`,` or `}`");
    cursor.at++;
    code = peek(cursor);
    if (code === rightBrace) throw unexpected(cursor, "a member's name in quotes");
  }
  cursor.at++;
  cursor.depth--;
}

function takesNull(form: Form): boolean {
  if (form.kind === "well-known") return form.known.kind === "value";
  return form.kind === "scalar" && isNullValue(form.enum);
}

function compileField(scope: JsonScope, { label, form, key, max = Infinity }: FieldPlan): Read {
  const read = compileForm(scope, form);
  if (label === "list") return compileList(read, max);
  if (label === "single" || key === undefined) return read;
  const readKey = compileMapKey(key);
  return (cursor) => {
    const map = createRecord();
    eachMember(cursor, (name, keyAt) => {
      const own = readKey(name, keyAt);
      if (map[own] !== undefined) throw refuseMember(name, keyAt, "stands here twice");
      map[own] = read(cursor);
    });
    return map;
  };
}

function compileForm(scope: JsonScope, form: Form): Read {
  if (form.kind === "scalar") return compileScalar(form.scalar, form.enum, scope.valueNames);
  if (form.kind === "well-known") {
    return form.known.kind === "any" ? scope.readAny : compileWellKnown(form.known);
  }
  let read: Read | undefined;
  return (cursor) => (read ??= compileJsonRead(scope, form.plan()))(cursor);
}

function compileList(readItem: Read, max: number): Read {
  return (cursor) => {
    if (cursor.text.charCodeAt(cursor.at) !== leftBracket) throw unexpected(cursor, "an array");
    enter(cursor);
    cursor.at++;
    const items: Value[] = [];
    let code = peek(cursor);
    while (code !== rightBracket) {
      countNode(cursor);
      if (items.length >= max) {
        throw new JsonRefusal(`more than ${max} items`, cursor.at, "invalid-value");
      }
      items.push(readItem(cursor));
      code = peek(cursor);
      if (code === rightBracket) break;
      if (code !== comma) throw unexpected(cursor, "`,` or `]`");
      cursor.at++;
      if (peek(cursor) === rightBracket) throw unexpected(cursor, "a value");
      code = peek(cursor);
    }
    cursor.at++;
    cursor.depth--;
    return items;
  };
}
