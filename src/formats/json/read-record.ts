/**
 * Records: members in any order, usually in the order of the fields, so that the next field's name
 * is compared before any look-up. Derived records name their type in "@type", anywhere.
 */
import { nearest } from "#base/nearest.ts";
import type { RecordType, TypeName } from "#contract/types.ts";
import { createRecord, typeKey, type Value } from "#contract/value.ts";
import {
  colon,
  comma,
  countNode,
  enter,
  JsonRefusal,
  leftBrace,
  peek,
  quote,
  rightBrace,
  unexpected,
  type Cursor,
} from "./cursor.ts";
import { readString } from "./read-string.ts";
import { planMembers, type Member, type MemberPlan } from "./member-plan.ts";
import type { Read } from "./read-scalar.ts";
import { readNull, type ReaderScope } from "./reader-scope.ts";
import { isOpen, resolve } from "./resolve.ts";
import { findMember, skipValue } from "./skip.ts";

interface RecordPlan extends MemberPlan {
  readonly unknown: "reject" | "drop" | "keep";
  /** Members that are read elsewhere (a union's tag), or may say one thing only (the type). */
  readonly passed: ReadonlyMap<string, string | undefined>;
  /** Whether the name of a type may be no other word. */
  readonly isStrict: boolean;
  /** Keys of fields that have other names in JSON, so that no member may be kept under them. */
  readonly otherwiseNamed: ReadonlySet<string>;
}

/** @param name undefined for a record without a name. @param tag a union's discriminator. */
export function compileRecordRead(
  scope: ReaderScope,
  record: RecordType,
  name: TypeName | undefined,
  tag?: string,
): Read {
  const passed = new Map<string, string | undefined>();
  if (tag !== undefined) passed.set(tag, undefined);
  if (name === undefined) return compileOwnRead(scope, record, passed);
  const own = compileOwnRead(scope, record, passed.set(typeKey, name));
  const derived = scope.derived.get(name) ?? [];
  return derived.length === 0 ? own : compileDerivedRead(scope, record, name, derived, own);
}

function compileDerivedRead(
  scope: ReaderScope,
  record: RecordType,
  name: TypeName,
  derived: readonly TypeName[],
  own: Read,
): Read {
  const reads = new Map<string, Read>();
  for (const derivedName of derived) {
    const type = resolve(scope.contract, { kind: "ref", name: derivedName });
    if (type.kind !== "record" || type.abstract === true) continue;
    let read: Read | undefined;
    reads.set(derivedName, (cursor) => {
      const passed = new Map([[typeKey, derivedName]]);
      return (read ??= compileOwnRead(scope, type, passed))(cursor);
    });
  }
  const abstract = record.abstract === true;
  if (!abstract) reads.set(name, own);
  // JSON-LD has a member of this name, too: where others may stand, so may that.
  const lenient = !abstract && scope.options.unknownMembers !== "reject";
  const expected = `one of the types ${[...reads.keys()].slice(0, 20).join(", ")}`;
  return (cursor) => {
    const { at } = cursor;
    if (cursor.text.charCodeAt(at) !== leftBrace) throw unexpected(cursor, "an object");
    const typeAt = cursor.mentionsTypes ? findMember(cursor, typeKey) : -1;
    if (typeAt < 0) {
      if (!abstract) return own(cursor);
      const message = `the member \`${typeKey}\` is missing; expected ${expected}`;
      throw new JsonRefusal(message, at, "missing-member", typeKey);
    }
    const found = lenient ? textAt(cursor, typeAt) : stringAt(cursor, typeAt);
    const read = reads.get(found);
    if (read === undefined) {
      if (lenient) return own(cursor);
      const message = `expected ${expected}, found \`${found.slice(0, 100)}\``;
      throw new JsonRefusal(message, typeAt, "invalid-value");
    }
    const value = read(cursor) as { [key: string]: Value };
    if (found !== name) value[typeKey] = found;
    return value;
  };
}

/** The string at another place; "" for anything else. */
function textAt(cursor: Cursor, place: number): string {
  let at = place;
  while (/[ \t\r\n]/.test(cursor.text.charAt(at))) at++;
  return cursor.text.charCodeAt(at) === quote ? stringAt(cursor, place) : "";
}

/** The string at another place. */
export function stringAt(cursor: Cursor, place: number): string {
  const { at } = cursor;
  cursor.at = place;
  if (peek(cursor) !== quote) throw unexpected(cursor, "a string");
  const text = readString(cursor);
  cursor.at = at;
  return text;
}

function compileOwnRead(
  scope: ReaderScope,
  record: RecordType,
  passed: ReadonlyMap<string, string | undefined>,
): Read {
  // Planned at the first message: records may hold themselves.
  let plan: RecordPlan | undefined;
  return (cursor) => {
    if (cursor.text.charCodeAt(cursor.at) !== leftBrace) throw unexpected(cursor, "an object");
    plan ??= planRecord(scope, record, passed);
    return readMembers(cursor, plan);
  };
}

function planRecord(
  scope: ReaderScope,
  record: RecordType,
  passed: ReadonlyMap<string, string | undefined>,
): RecordPlan {
  const policy = scope.options.unknownMembers;
  const open = isOpen(scope.contract, record);
  const unknown = open
    ? policy === "drop"
      ? "drop"
      : "keep"
    : policy === "keep"
      ? "drop"
      : policy;
  const planned = planMembers(scope, record);
  const keys = planned.members.map(({ key }) => key);
  const otherwiseNamed = new Set(keys.filter((key) => !planned.byName.has(key)));
  return { ...planned, unknown, passed, isStrict: policy === "reject", otherwiseNamed };
}

function readMembers(cursor: Cursor, plan: RecordPlan): Value {
  const { members, byName } = plan;
  const { at: start, text } = cursor;
  const out = createRecord();
  let surplus: Set<string> | undefined;
  let next = 0;
  enter(cursor);
  cursor.at++;
  let code = peek(cursor);
  if (code !== rightBrace) {
    for (;;) {
      countNode(cursor);
      const keyAt = cursor.at;
      const expected = members[next];
      let member: Member | undefined;
      let name = "";
      if (expected !== undefined && text.startsWith(expected.quoted, keyAt)) {
        member = expected;
        cursor.at = keyAt + expected.quoted.length;
      } else {
        if (code !== quote) throw unexpected(cursor, "a member's name in quotes");
        name = readString(cursor);
        member = byName.get(name);
      }
      if (peek(cursor) !== colon) throw unexpected(cursor, "`:`");
      cursor.at++;
      code = peek(cursor);
      if (member !== undefined) {
        next = member.index + 1;
        if (out[member.key] !== undefined) throw twice(member, keyAt);
        readMember(cursor, member, out, code);
      } else {
        surplus ??= new Set();
        if (surplus.has(name)) throw new JsonRefusal(...duplicate(name, keyAt));
        surplus.add(name);
        readSurplus(cursor, plan, out, name, keyAt);
      }
      code = peek(cursor);
      if (code === rightBrace) break;
      if (code !== comma) throw unexpected(cursor, "`,` or `}`");
      cursor.at++;
      code = peek(cursor);
    }
  }
  cursor.at++;
  cursor.depth--;
  if (plan.absents.length > 0) fillAbsent(plan, out, start);
  return out;
}

function readMember(
  cursor: Cursor,
  { key, variant, nullable, fixed, read }: Member,
  out: { [key: string]: Value },
  code: number,
): void {
  const { at } = cursor;
  const value = nullable && readNull(cursor, code) ? null : read(cursor);
  if (fixed !== undefined && value !== fixed) {
    const message = `expected the fixed value \`${fixedText(fixed)}\``;
    throw new JsonRefusal(message, at, "invalid-value");
  }
  if (variant === undefined) out[key] = value;
  else {
    const choice = createRecord();
    choice[variant] = value;
    out[key] = choice;
  }
}

function fixedText(fixed: Value): string {
  return typeof fixed === "object" ? JSON.stringify(fixed) : String(fixed);
}

function twice({ quoted, variant }: Member, at: number): JsonRefusal {
  const name = JSON.parse(quoted) as string;
  if (variant === undefined) return new JsonRefusal(...duplicate(name, at));
  const message = `the member \`${name}\` stands beside another of the same choice`;
  return new JsonRefusal(message, at, "unexpected-member", name);
}

function duplicate(name: string, at: number) {
  const message = `the member \`${name.slice(0, 100)}\` stands here twice`;
  return [message, at, "duplicate-member", name] as const;
}

function readSurplus(
  cursor: Cursor,
  { passed, unknown, byName, isStrict, otherwiseNamed }: RecordPlan,
  out: { [key: string]: Value },
  name: string,
  keyAt: number,
): void {
  const { at } = cursor;
  if (passed.has(name)) {
    const expected = passed.get(name);
    if (isStrict && expected !== undefined && stringAt(cursor, at) !== expected) {
      throw new JsonRefusal(`expected the type ${expected}`, at, "invalid-value");
    }
    skipValue(cursor);
    return;
  }
  const isTaken = otherwiseNamed.has(name);
  if (unknown === "reject" || (isTaken && isStrict)) {
    const near = nearest(name, [...byName.keys()]);
    const hint = near === undefined ? "" : `; did you mean \`${near}\`?`;
    const message = `the member \`${name.slice(0, 100)}\` is not known here${hint}`;
    throw new JsonRefusal(message, keyAt, "unexpected-member", name);
  }
  skipValue(cursor);
  if (unknown === "keep" && !isTaken) out[name] = cursor.text.slice(at, cursor.at);
}

function fillAbsent({ absents }: RecordPlan, out: { [key: string]: Value }, start: number): void {
  for (const { key, names, required, fill } of absents) {
    if (out[key] !== undefined) continue;
    if (fill !== undefined) out[key] = fill();
    else if (required) {
      const [name = key] = names;
      const which = names.length > 1 ? `one of \`${names.join("`, `")}\`` : `\`${name}\``;
      throw new JsonRefusal(`the member ${which} is missing`, start, "missing-member", name);
    }
  }
}
