/** Protocol Buffers under a contract: one reader per message, compiled once, run over the bytes. */
import { createRecord, type Value } from "#contract/value.ts";
import {
  countNode,
  enter,
  ProtoRefusal,
  readLength,
  readTag,
  skipField,
  skipGroup,
  wire,
  type ProtoCursor,
} from "./proto-cursor.ts";
import type { FieldPlan, Form, MessagePlan } from "./message-plan.ts";
import type { ScalarForm } from "./scalar-form.ts";
import { compileWellKnownRead } from "./read-well-known.ts";

type OpenRecord = { [name: string]: Value };
/**
 * Reads up to `cursor.end`, or the end of `cursor.group`. A message that comes in parts is read
 * into what there is of it.
 */
export type ReadMessage = (cursor: ProtoCursor, into: Value | undefined) => Value;
type ReadField = (cursor: ProtoCursor, wireType: number, record: OpenRecord) => void;
/** What follows a tag, as one value. */
type ReadOne = (cursor: ProtoCursor, wireType: number, known: Value | undefined) => Value;

/** Compiled readers by plan, since messages may hold themselves. */
export type ReaderScope = Map<MessagePlan, ReadMessage>;

export function compileRead(scope: ReaderScope, plan: MessagePlan): ReadMessage {
  const known = scope.get(plan);
  if (known !== undefined) return known;
  const slot: { read?: ReadMessage } = {};
  scope.set(plan, (cursor, into) => (slot.read as ReadMessage)(cursor, into));
  slot.read = compileMessage(scope, plan);
  scope.set(plan, slot.read);
  return slot.read;
}

function compileMessage(scope: ReaderScope, plan: MessagePlan): ReadMessage {
  const fields = new Map<number, ReadField>();
  for (const field of plan.fields) fields.set(field.number, compileField(scope, field, plan.kind));
  const finish = compileFinish(plan);
  return (cursor, into) => {
    const record = (into ?? createRecord()) as OpenRecord;
    const { group } = cursor;
    cursor.group = 0;
    let isOpen = group !== 0;
    enter(cursor);
    while (cursor.at < cursor.end) {
      const tag = readTag(cursor);
      if ((tag & 7) === wire.groupEnd && isOpen && tag >>> 3 === group) {
        isOpen = false;
        break;
      }
      const read = fields.get(tag >>> 3);
      if (read === undefined) skipField(cursor, tag >>> 3, tag & 7);
      else read(cursor, tag & 7, record);
    }
    if (isOpen) throw new ProtoRefusal(`the message ends inside of a group ${group}`);
    cursor.depth--;
    return finish(record);
  };
}

function compileField(scope: ReaderScope, plan: FieldPlan, kind: MessagePlan["kind"]): ReadField {
  const { name, oneof } = plan;
  if (plan.label === "list") return compileList(scope, plan);
  if (plan.label === "map") return compileMap(scope, plan);
  const readOne = compileOne(scope, plan);
  if (oneof !== undefined) {
    return (cursor, wireType, record) => {
      const earlier = record[oneof.field] as OpenRecord | undefined;
      const value = orWithin(name, readOne, cursor, wireType, earlier?.[name]);
      // Of several members of a oneof the last one holds.
      const chosen = createRecord();
      chosen[name] = value;
      record[oneof.field] = chosen;
    };
  }
  const isUnion = kind === "union";
  return (cursor, wireType, record) => {
    const value = orWithin(name, readOne, cursor, wireType, record[name]);
    if (isUnion) for (const other in record) if (other !== name) delete record[other];
    record[name] = value;
  };
}

function orWithin(
  name: string | number,
  read: ReadOne,
  cursor: ProtoCursor,
  wireType: number,
  known: Value | undefined,
): Value {
  try {
    return read(cursor, wireType, known);
  } catch (error) {
    throw error instanceof ProtoRefusal ? error.within(name) : error;
  }
}

function compileOne(scope: ReaderScope, { form, isGroup, number }: OnePlan): ReadOne {
  if (form.kind === "scalar") return compileScalar(form.scalar);
  if (form.kind === "well-known") {
    const read = compileWellKnownRead(form.known);
    if (isGroup === true) return compileKnownGroup(read, number);
    return (cursor, wireType, known) => inside(cursor, wireType, read, known);
  }
  let read: ReadMessage | undefined;
  return (cursor, wireType, known) => {
    read ??= compileRead(scope, form.plan());
    if (isGroup === true) return insideGroup(cursor, wireType, read, known, number);
    return inside(cursor, wireType, read, known);
  };
}

type OnePlan = Pick<FieldPlan, "form" | "isGroup" | "number">;

/** A message within a message. */
function inside(
  cursor: ProtoCursor,
  wireType: number,
  read: ReadMessage,
  known: Value | undefined,
): Value {
  if (wireType !== wire.bytes) throw badWireType(wireType, wire.bytes);
  countNode(cursor);
  const { end } = cursor;
  cursor.end = readLength(cursor);
  const value = read(cursor, earlierPart(known));
  cursor.end = end;
  return value;
}

/** The same without its length: it goes on until the tag that ends it. */
function insideGroup(
  cursor: ProtoCursor,
  wireType: number,
  read: ReadMessage,
  known: Value | undefined,
  number: number,
): Value {
  if (wireType !== wire.groupStart) throw badWireType(wireType, wire.groupStart);
  countNode(cursor);
  cursor.group = number;
  return read(cursor, earlierPart(known));
}

/** What has no fields of its own is read up to an end that is found first. */
function compileKnownGroup(read: ReadMessage, number: number): ReadOne {
  return (cursor, wireType, known) => {
    if (wireType !== wire.groupStart) throw badWireType(wireType, wire.groupStart);
    countNode(cursor);
    const { at, end } = cursor;
    cursor.end = skipGroup(cursor, number);
    const after = cursor.at;
    cursor.at = at;
    const value = read(cursor, earlierPart(known));
    cursor.at = after;
    cursor.end = end;
    return value;
  };
}

function earlierPart(known: Value | undefined): Value | undefined {
  return known === null || Array.isArray(known) ? undefined : known;
}

function compileScalar({ wireType: own, read }: ScalarForm): ReadOne {
  return (cursor, wireType) => {
    if (wireType !== own) throw badWireType(wireType, own);
    countNode(cursor);
    return read(cursor);
  };
}

function compileList(scope: ReaderScope, plan: FieldPlan): ReadField {
  const { name, form, max = Infinity } = plan;
  const readOne = compileOne(scope, plan);
  const packable = form.kind === "scalar" && form.scalar.wireType !== wire.bytes;
  return (cursor, wireType, record) => {
    const items = (record[name] ??= []) as Value[];
    const add = (own: number): void => {
      if (items.length >= max) {
        throw new ProtoRefusal(`more than ${max} items`, "invalid-value").within(name);
      }
      try {
        items.push(readOne(cursor, own, undefined));
      } catch (error) {
        throw error instanceof ProtoRefusal ? error.within(items.length).within(name) : error;
      }
    };
    // Readers take numbers in one piece or each by itself, whatever the schema says.
    if (!packable || wireType !== wire.bytes) return add(wireType);
    const { end } = cursor;
    cursor.end = readLength(cursor);
    while (cursor.at < cursor.end) add(form.scalar.wireType);
    cursor.end = end;
  };
}

function compileMap(scope: ReaderScope, { name, form, key }: FieldPlan): ReadField {
  const { zero, read, wireType: keyWireType } = key as ScalarForm;
  const readOne = compileOne(scope, { form, number: 2 });
  return (cursor, wireType, record) => {
    if (wireType !== wire.bytes) throw badWireType(wireType, wire.bytes).within(name);
    countNode(cursor);
    const map = (record[name] ??= createRecord()) as OpenRecord;
    const { end } = cursor;
    cursor.end = readLength(cursor);
    let entryKey: Value = zero;
    let value: Value | undefined;
    while (cursor.at < cursor.end) {
      const tag = readTag(cursor);
      if (tag >>> 3 === 1 && (tag & 7) === keyWireType) entryKey = read(cursor);
      else if (tag >>> 3 === 2) value = orWithin(textOf(entryKey), readOne, cursor, tag & 7, value);
      else skipField(cursor, tag >>> 3, tag & 7);
    }
    cursor.end = end;
    map[textOf(entryKey)] = value ?? emptyOf(scope, form, name, cursor);
  };
}

/** Keys of maps are whole numbers, booleans and texts. */
function textOf(key: Value): string {
  return typeof key === "string" ? key : JSON.stringify(key);
}

/** A value of a map that was left out is its zero. */
function emptyOf(scope: ReaderScope, form: Form, name: string, cursor: ProtoCursor): Value {
  if (form.kind === "scalar") return form.scalar.zero;
  const nothing = { ...cursor, end: cursor.at };
  try {
    if (form.kind === "well-known") return compileWellKnownRead(form.known)(nothing, undefined);
    return compileRead(scope, form.plan())(nothing, undefined);
  } catch (error) {
    throw error instanceof ProtoRefusal ? error.within(name) : error;
  }
}

function badWireType(found: number, expected: number): ProtoRefusal {
  return new ProtoRefusal(`wire type ${found}, expected ${expected}`);
}

/** What is not there is filled in, or missed: once all fields have been read. */
export function compileFinish({ kind, fields }: MessagePlan): (record: OpenRecord) => Value {
  if (kind === "union") {
    return (record) => {
      if (hasKey(record)) return record;
      throw new ProtoRefusal("none of the variants is there", "missing-field");
    };
  }
  const checks = fields.flatMap((field) => checkOf(field) ?? []);
  const required = requiredOneofs(fields);
  return (record) => {
    for (const check of checks) check(record);
    for (const name of required) if (record[name] === undefined) throw missing(name);
    return kind === "box" ? (record["value"] as Value) : record;
  };
}

function hasKey(record: OpenRecord): boolean {
  for (const name in record) if (record[name] !== undefined) return true;
  return false;
}

function requiredOneofs(fields: readonly FieldPlan[]): readonly string[] {
  const names = fields.flatMap(({ oneof }) =>
    oneof !== undefined && oneof.presence === "required" ? [oneof.field] : [],
  );
  return [...new Set(names)];
}

function missing(name: string): ProtoRefusal {
  return new ProtoRefusal(`the field ${name} is missing`, "missing-field").within(name);
}

function checkOf({ name, absence, label, form, min = 0 }: FieldPlan) {
  if (label === "list") {
    return (record: OpenRecord): void => {
      if (record[name] === undefined && absence === "zero") record[name] = [];
      const items = record[name] as readonly Value[] | undefined;
      if (items === undefined || items.length >= min) return;
      const message = `expected at least ${min} items, found ${items.length}`;
      throw new ProtoRefusal(message, "invalid-value").within(name);
    };
  }
  switch (absence) {
    case "absent":
      return undefined;
    case "null":
      return (record: OpenRecord): void => void (record[name] ??= null);
    case "missing":
      return (record: OpenRecord): void => {
        if (record[name] === undefined) throw missing(name);
      };
    case "zero": {
      if (label === "map") return (record: OpenRecord) => void (record[name] ??= createRecord());
      const { zero, isZeroValid } = (form as Form & { readonly kind: "scalar" }).scalar;
      return (record: OpenRecord): void => {
        if (record[name] !== undefined) return;
        if (!isZeroValid) throw missing(name);
        record[name] = zero;
      };
    }
  }
}
