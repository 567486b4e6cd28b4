/** Messages of a contract in .proto, by the plans that the codec reads and writes them by. */
import { createNumbering } from "#contract/numbering.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type { EnumType, Field, Type } from "#contract/types.ts";
import type { FieldPlan, Form, MessagePlan, PlanMessage } from "#formats/protobuf/message-plan.ts";
import type { ServiceContract } from "#extension/protocol.ts";
import { googleFileOf } from "./google/files.ts";
import {
  capitalized,
  identifier,
  isGoogleType,
  usualJsonName,
  type ProtoNames,
} from "./proto-names.ts";

export interface Messages {
  readonly service: ServiceContract;
  readonly names: ProtoNames;
  readonly plan: PlanMessage;
  /** By names behind the package; enums are written once all are known. */
  readonly written: Map<string, readonly string[] | EnumType>;
  /** Comments, by the same names. */
  readonly comments: Map<string, string>;
  readonly enumNames: Map<EnumType, string>;
  /** What values of enums are called, by their names in the contract. */
  readonly valueNames: Map<EnumType, ReadonlyMap<string, string>>;
  readonly imports: Set<string>;
  readonly lose: (code: string, what: string) => void;
  /** The name as it is written in a message. */
  readonly refer: (name: string) => string;
}

export function describeMessage(messages: Messages, name: string, type: Type): void {
  if (isGoogleType(name)) return importGoogle(messages, name);
  if (messages.written.has(name)) return;
  writeMessage(messages, name, messages.plan(type), documentedFields(messages, type));
}

export function importGoogle({ imports }: Messages, name: string): void {
  imports.add(googleFileOf(name) ?? "google/protobuf/type.proto");
}

function documentedFields({ service }: Messages, type: Type): ReadonlyMap<string, Field> {
  const found = resolve(service.contract, type);
  const fields = found.kind === "record" ? fieldsOf(service.contract, found) : [];
  return new Map(fields.map((field) => [field.name, field]));
}

function writeMessage(
  messages: Messages,
  name: string,
  plan: MessagePlan,
  documented: ReadonlyMap<string, Field>,
): void {
  const fields = plan.fields.filter((field) => field.isGroup !== true);
  for (const group of plan.fields.filter((field) => field.isGroup === true))
    messages.lose("group-left-out", `group ${group.name} of ${name}, which proto3 has not`);
  // Messages may hold themselves.
  messages.written.set(name, []);
  const simple = name.slice(name.lastIndexOf(".") + 1);
  const free = createFieldNames();
  const lines: string[] = [];
  let open: string | undefined;
  // Of several variants at once a reader would keep the last, and nothing would tell the caller.
  const choice = plan.kind === "union" ? choiceName(fields) : undefined;
  for (const field of fields) {
    const oneof = choice ?? field.oneof?.field;
    if (oneof !== open && open !== undefined) lines.push("  }");
    if (oneof !== open && oneof !== undefined) {
      lines.push(...commentLines(documented.get(oneof)?.documentation, "  "));
      lines.push(`  oneof ${choice ?? free(oneof)} {`);
      if (field.oneof?.presence === "required")
        messages.lose("required-lost", `that ${simple} has to have a ${oneof}`);
    }
    open = oneof;
    const indent = oneof === undefined ? "  " : "    ";
    const known = oneof === undefined ? documented.get(field.name) : undefined;
    lines.push(...commentLines(known?.documentation, indent));
    const isOne = oneof !== undefined;
    lines.push(indent + fieldLine(messages, { name, field, known, free, isOne }));
  }
  if (open !== undefined) lines.push("  }");
  messages.written.set(name, [`message ${simple} {`, ...lines, "}"]);
}

interface Writing {
  /** Of the message. */
  readonly name: string;
  readonly field: FieldPlan;
  readonly known: Field | undefined;
  readonly free: (name: string) => string;
  /** Whether it stands in a oneof. */
  readonly isOne: boolean;
}

/** What the variants of a message of nothing else are called together; none has the name. */
function choiceName(fields: readonly FieldPlan[]): string {
  const taken = new Set(fields.map(({ name }) => identifier(name)));
  let name = "variant";
  while (taken.has(name)) name += "_";
  return name;
}

function fieldLine(messages: Messages, { name, field, known, free, isOne }: Writing): string {
  const { form, label, absence, number } = field;
  const own = free(field.name);
  const isList = label === "list";
  const type = formName(messages, form, `${name}${capitalized(own)}${isList ? "Item" : ""}`);
  const where = `${name}.${own}`;
  if (absence === "missing") messages.lose("required-lost", `that ${where} has to be there`);
  if (known?.default !== undefined)
    messages.lose("default-lost", `the default of ${where}, ${JSON.stringify(known.default)}`);
  const json = known?.jsonName ?? field.name;
  // protoc keeps names in brackets for extensions, which this one is described instead of.
  const isUsual = json === usualJsonName(own) || /^\[.*\]$/.test(json);
  const option = isUsual ? "" : ` [json_name = ${quoted(json)}]`;
  if (own !== field.name && own !== identifier(field.name))
    messages.lose("field-renamed", `the name of ${name}.${field.name}, which is ${own}`);
  const isScalar = form.kind === "scalar" && !isOne && label === "single";
  const hasPresence = absence === "absent" || absence === "null";
  const before = isList ? "repeated " : isScalar && hasPresence ? "optional " : "";
  const whole = label === "map" ? `map<${field.key?.protoType ?? "string"}, ${type}>` : type;
  return `${before}${whole} ${own} = ${number}${option};`;
}

/** @param wanted if it has none in the contract. */
function formName(messages: Messages, form: Form, wanted: string): string {
  const { names, refer, written } = messages;
  if (form.kind === "well-known") {
    importGoogle(messages, form.known.protoType);
    return refer(form.known.protoType);
  }
  if (form.kind === "message") {
    const plan = form.plan();
    if (plan.name === undefined) {
      const made = names.fresh(wanted);
      writeMessage(messages, made, plan, new Map());
      return refer(made);
    }
    const made = names.named(plan.name);
    describeMessage(messages, made, { kind: "ref", name: plan.name });
    return refer(made);
  }
  if (form.enum === undefined) return form.scalar.protoType;
  const known = messages.enumNames.get(form.enum);
  // Enums of proto2 cannot stand in messages of proto3, so they become some of ours.
  const isOld = known !== undefined && googleFileOf(known)?.endsWith("/descriptor.proto") === true;
  const made = known === undefined || isOld ? names.fresh(wanted) : known;
  if (isGoogleType(made)) {
    importGoogle(messages, made);
    return refer(made);
  }
  messages.enumNames.set(form.enum, made);
  written.set(made, form.enum);
  return refer(made);
}

/** protoc takes two fields for the same whose names differ in case or underscores alone. */
function createFieldNames(): (name: string) => string {
  const number = createNumbering();
  return (name) => {
    const plain = identifier(name);
    const base = plain.replaceAll("_", "").toLowerCase();
    return plain + number(base).slice(base.length);
  };
}

function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed().replaceAll(/\p{Cc}/gu, " "));
}

export function commentLines(text: string | undefined, indent: string): readonly string[] {
  if (text === undefined || text.trim() === "") return [];
  const lines = text
    .toWellFormed()
    .trim()
    .split(/\r\n|[\n\r\u2028\u2029]/);
  return lines.map((line) => `${indent}// ${line.replaceAll(/\p{Cc}/gu, " ").trim()}`.trimEnd());
}
