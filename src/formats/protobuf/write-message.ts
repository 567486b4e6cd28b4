/**
 * Protocol Buffers under a contract: one writer per message, compiled once. Fields stand in the
 * order of their numbers, so equal values have equal bytes.
 */
import type { Value, ValueRecord } from "#contract/value.ts";
import { typeKey } from "#contract/value.ts";
import type { FieldPlan, Form, MessagePlan } from "./message-plan.ts";
import { ProtoRefusal, wire } from "./proto-cursor.ts";
import type { ProtoOutput } from "./proto-output.ts";
import type { ScalarForm } from "./scalar-form.ts";
import { compileWellKnownWrite } from "./write-well-known.ts";

export type WriteMessage = (out: ProtoOutput, value: Value) => void;
type WriteField = (out: ProtoOutput, value: Value) => void;

export type WriterScope = Map<MessagePlan, WriteMessage>;

export function compileWrite(scope: WriterScope, plan: MessagePlan): WriteMessage {
  const known = scope.get(plan);
  if (known !== undefined) return known;
  const slot: { write?: WriteMessage } = {};
  scope.set(plan, (out, value) => (slot.write as WriteMessage)(out, value));
  slot.write = compileMessage(scope, plan);
  scope.set(plan, slot.write);
  return slot.write;
}

function compileMessage(scope: WriterScope, plan: MessagePlan): WriteMessage {
  const fields = plan.fields
    .toSorted((a, b) => a.number - b.number)
    .map((field) => ({ ...field, write: compileField(scope, field) }));
  if (plan.kind === "box") {
    const write = fields[0]?.write as WriteField;
    return (out, value) => {
      if (value !== null) write(out, value);
    };
  }
  return (out, value) => {
    const record = value as ValueRecord;
    if (record[typeKey] !== undefined) refuseDerived(record, plan);
    for (const { name, oneof, write } of fields) {
      const chosen =
        oneof === undefined ? record : (record[oneof.field] as ValueRecord | undefined);
      const one = chosen?.[name];
      if (one === undefined || (one === null && oneof === undefined)) continue;
      try {
        write(out, one);
      } catch (error) {
        throw error instanceof ProtoRefusal ? error.within(name) : error;
      }
    }
  };
}

/** A record of a derived type has fields that the message of its base has no place for. */
export function refuseDerived(record: ValueRecord, { name }: MessagePlan): void {
  const type = record[typeKey] as string;
  if (type === name) return;
  const message = `the type ${type} stands here in the place of ${name ?? "its base"}`;
  throw new ProtoRefusal(`${message}, which Protocol Buffers cannot tell`, "invalid-value");
}

function compileField(scope: WriterScope, plan: FieldPlan) {
  const { label, number, form, key, absence } = plan;
  if (label === "map") return compileMap(scope, number, key as ScalarForm, form);
  if (label === "list") return compileList(scope, plan);
  const writeOne = compileOne(scope, plan);
  if (absence !== "zero" || form.kind !== "scalar") return writeOne;
  const { zero } = form.scalar;
  // Without presence a zero is not written, as every other writer does it.
  return (out: ProtoOutput, value: Value): void => {
    if (!isZero(value, zero)) writeOne(out, value);
  };
}

function isZero(value: Value, zero: Value): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  return Object.is(value, zero);
}

/** With its tag. */
function compileOne(
  scope: WriterScope,
  { number, form, isGroup }: Pick<FieldPlan, "number" | "form" | "isGroup">,
): WriteField {
  if (form.kind === "scalar") {
    const { wireType, write } = form.scalar;
    const tag = tagOf(number, wireType);
    return (out, value) => {
      out.varint(tag);
      write(out, value);
    };
  }
  const tag = tagOf(number, isGroup === true ? wire.groupStart : wire.bytes);
  const endTag = tagOf(number, wire.groupEnd);
  let writeInside: WriteMessage | undefined =
    form.kind === "well-known" ? compileWellKnownWrite(form.known) : undefined;
  return (out, value) => {
    writeInside ??= compileWrite(scope, (form as Form & { readonly kind: "message" }).plan());
    out.varint(tag);
    if (isGroup === true) {
      writeInside(out, value);
      out.varint(endTag);
      return;
    }
    const begun = out.begin();
    writeInside(out, value);
    out.end(begun);
  };
}

function tagOf(number: number, wireType: number): number {
  return ((number << 3) | wireType) >>> 0;
}

function compileList(scope: WriterScope, plan: FieldPlan): WriteField {
  const { number, form } = plan;
  if (form.kind === "scalar" && form.scalar.wireType !== wire.bytes) {
    const { write } = form.scalar;
    const tag = tagOf(number, wire.bytes);
    return (out, value) => {
      const items = value as readonly Value[];
      if (items.length === 0) return;
      out.varint(tag);
      const begun = out.begin();
      for (const item of items) write(out, item);
      out.end(begun);
    };
  }
  const writeOne = compileOne(scope, plan);
  return (out, value) => {
    const items = value as readonly Value[];
    for (let index = 0; index < items.length; index++) {
      try {
        writeOne(out, items[index] as Value);
      } catch (error) {
        throw error instanceof ProtoRefusal ? error.within(index) : error;
      }
    }
  };
}

function compileMap(scope: WriterScope, number: number, key: ScalarForm, form: Form): WriteField {
  const tag = tagOf(number, wire.bytes);
  const keyTag = tagOf(1, key.wireType);
  const writeOne = compileOne(scope, { number: 2, form });
  return (out, value) => {
    const map = value as ValueRecord;
    // Several texts may spell one number, of which a reader would take the last.
    const taken = key.zero === "" ? undefined : new Set<Value>();
    for (const name in map) {
      const own = keyOf(key, name);
      if (taken?.has(own) === true) {
        const message = `the key ${JSON.stringify(name)} stands beside another of the same value`;
        throw new ProtoRefusal(message, "invalid-value");
      }
      taken?.add(own);
      out.varint(tag);
      const begun = out.begin();
      out.varint(keyTag);
      key.write(out, own);
      try {
        writeOne(out, map[name] as Value);
      } catch (error) {
        throw error instanceof ProtoRefusal ? error.within(name) : error;
      }
      out.end(begun);
    }
  };
}

/** Keys of a record are texts. */
function keyOf({ text, zero }: ScalarForm, name: string): Value {
  if (zero === "") return name;
  const value = text.read(name);
  if (value !== undefined) return value;
  throw new ProtoRefusal(`expected ${text.expected} as a key, found \`${name}\``, "invalid-value");
}
