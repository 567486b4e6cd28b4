/** Messages to the JSON form of Protocol Buffers; what has no presence is written, zero or not. */
import type { Value, ValueRecord } from "#contract/value.ts";
import { typeKey } from "#contract/value.ts";
import { writeString } from "#formats/json/write-string.ts";
import type { FieldPlan, Form, MessagePlan } from "#formats/protobuf/message-plan.ts";
import { ProtoRefusal } from "#formats/protobuf/proto-cursor.ts";
import { refuseDerived } from "#formats/protobuf/write-message.ts";
import { jsonNameOf } from "./proto-json-names.ts";
import { compileScalarWrite, type ValueNames, type Write } from "./proto-json-scalars.ts";
import { compileWellKnownWrite } from "./proto-json-well-known.ts";

export interface WriteScope {
  readonly writes: Map<MessagePlan, (value: Value) => readonly string[]>;
  /** Of the bytes of a google.protobuf.Any. */
  readonly writeAny: Write;
  readonly valueNames: ValueNames;
}

export function compileJsonWrite(scope: WriteScope, plan: MessagePlan): Write {
  const write = compileMembers(scope, plan);
  return (value) => `{${write(value).join(",")}}`;
}

/** @returns what writes the members of a message, each with its name. */
export function compileMembers(
  scope: WriteScope,
  plan: MessagePlan,
): (value: Value) => readonly string[] {
  const known = scope.writes.get(plan);
  if (known !== undefined) return known;
  let write: ((value: Value) => readonly string[]) | undefined;
  // Messages may hold themselves.
  const lazily = (value: Value) => (write ??= compileOwn(scope, plan))(value);
  scope.writes.set(plan, lazily);
  return lazily;
}

function compileOwn(scope: WriteScope, plan: MessagePlan): (value: Value) => readonly string[] {
  const fields = plan.fields.map((field) => ({
    ...field,
    key: `${writeString(jsonNameOf(field))}:`,
    write: compileField(scope, field),
  }));
  const isBox = plan.kind === "box";
  return (value) => {
    const record = isBox ? { value } : (value as ValueRecord);
    if (record[typeKey] !== undefined) refuseDerived(record, plan);
    return fields.flatMap(({ name, oneof, key, write }) => {
      const chosen =
        oneof === undefined ? record : (record[oneof.field] as ValueRecord | undefined);
      const one = chosen?.[name];
      if (one === undefined || (one === null && oneof === undefined)) return [];
      return [key + inside(name, () => write(one))];
    });
  };
}

function inside(name: string | number, write: () => string): string {
  try {
    return write();
  } catch (error) {
    throw error instanceof ProtoRefusal ? error.within(name) : error;
  }
}

function compileField(scope: WriteScope, { label, form }: FieldPlan): Write {
  const write = compileForm(scope, form);
  if (label === "list") {
    return (value) => {
      const items = value as readonly Value[];
      return `[${items.map((item, index) => inside(index, () => write(item))).join(",")}]`;
    };
  }
  if (label === "single") return write;
  return (value) => {
    const entries = Object.entries(value as ValueRecord);
    const written = entries.map(([key, one]) => {
      return `${writeString(key)}:${inside(key, () => write(one))}`;
    });
    return `{${written.join(",")}}`;
  };
}

function compileForm(scope: WriteScope, form: Form): Write {
  if (form.kind === "scalar") return compileScalarWrite(form.scalar, form.enum, scope.valueNames);
  if (form.kind === "well-known") {
    return form.known.kind === "any" ? scope.writeAny : compileWellKnownWrite(form.known);
  }
  let write: Write | undefined;
  return (value) => (write ??= compileJsonWrite(scope, form.plan()))(value);
}
