/**
 * What a type of the model is as a message: its fields by number. The reader, the writer and the
 * describer of .proto files all go by it, so that they cannot disagree.
 */
import { assert } from "#base/assert.ts";
import type { Contract } from "#contract/contract.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type { EnumType, Field, MapType, RecordType, Type, UnionType } from "#contract/types.ts";
import { scalarForm, type ScalarForm } from "./scalar-form.ts";
import { wellKnown, type WellKnownForm } from "./well-known.ts";

export interface MessagePlan {
  /** In the contract; undefined: it has none, and stands in the message that uses it. */
  readonly name: string | undefined;
  /**
   * record: one key a field. union: the one key is the variant. box: what a proto field cannot
   * hold by itself (a list of lists, a null among items) in a message of its own.
   */
  readonly kind: "record" | "union" | "box";
  readonly fields: readonly FieldPlan[];
}

export interface FieldPlan {
  readonly number: number;
  /** Key in the record; of a box: "value". */
  readonly name: string;
  /** Where the contract says so: its name in JSON, which otherwise is `name`. */
  readonly jsonName?: string;
  readonly label: "single" | "list" | "map";
  /** What it means that it is not on the wire. */
  readonly absence: "absent" | "null" | "zero" | "missing";
  readonly form: Form;
  /** A message, or each of several, that stands between two tags, and has no length before it. */
  readonly isGroup?: true;
  /** Of a map. */
  readonly key?: ScalarForm;
  /** The field that it is a variant of; there, `name` is the variant. */
  readonly oneof?: { readonly field: string; readonly presence: Field["presence"] };
  readonly min?: number;
  readonly max?: number;
}

export type Form =
  | { readonly kind: "scalar"; readonly scalar: ScalarForm; readonly enum?: EnumType }
  /** Compiled when it is needed, since messages may hold themselves. */
  | { readonly kind: "message"; readonly plan: () => MessagePlan }
  | { readonly kind: "well-known"; readonly known: WellKnownForm };

export type PlanMessage = (type: Type) => MessagePlan;

/** @returns plans of records and unions; the same one for the same name. */
export function createPlanner(contract: Contract): PlanMessage {
  const named = new Map<string, MessagePlan>();
  const planner: Planner = { contract, plan };
  function plan(type: Type): MessagePlan {
    if (type.kind !== "ref") return planAnonymous(planner, type, undefined);
    const known = named.get(type.name);
    if (known !== undefined) return known;
    const made = planAnonymous(planner, resolve(contract, type), type.name);
    named.set(type.name, made);
    return made;
  }
  return plan;
}

interface Planner {
  readonly contract: Contract;
  readonly plan: PlanMessage;
}

function planAnonymous(planner: Planner, type: Type, name: string | undefined): MessagePlan {
  if (type.kind === "union") return planUnion(planner, type, name);
  assert(type.kind === "record", `a message of type ${type.kind}`);
  return planRecord(planner, type, name);
}

/** Numbers of the contract, and the lowest free ones, in order, for the rest. */
function createNumbers(taken: readonly (number | undefined)[]): (own?: number) => number {
  const used = new Set(taken);
  let next = 1;
  return (own) => {
    if (own !== undefined) return own;
    // protobuf.dev/programming-guides/proto3: 19,000 to 19,999 are reserved.
    while (used.has(next) || (next >= 19_000 && next <= 19_999)) next++;
    return next++;
  };
}

function planRecord(planner: Planner, record: RecordType, name: string | undefined): MessagePlan {
  const fields = fieldsOf(planner.contract, record);
  const numberOf = createNumbers(
    fields.flatMap((field) =>
      isOneof(field)
        ? field.type.variants.map(({ protoNumber }) => protoNumber)
        : [field.protoNumber],
    ),
  );
  const plans = fields.flatMap((field) =>
    isOneof(field)
      ? planOneof(planner, field, numberOf)
      : [planField(planner, field, numberOf(field.protoNumber))],
  );
  return { name, kind: "record", fields: plans };
}

type OneofField = Field & { readonly type: UnionType };

/** A union that is written where it is used is a oneof; one with a name is a message. */
function isOneof(field: Field): field is OneofField {
  return field.type.kind === "union" && !field.nullable;
}

function planOneof(
  planner: Planner,
  { name: field, type, presence }: OneofField,
  numberOf: (own?: number) => number,
): readonly FieldPlan[] {
  return type.variants.map(({ name, type: variant, nullable, protoNumber, protoGroup }) => ({
    ...groupOf(protoGroup),
    number: numberOf(protoNumber),
    name,
    label: "single",
    absence: "absent",
    form: nullable === true ? boxOf(planner, variant, true) : singleForm(planner, variant),
    oneof: { field, presence },
  }));
}

function planUnion(planner: Planner, union: UnionType, name: string | undefined): MessagePlan {
  const numberOf = createNumbers(union.variants.map(({ protoNumber }) => protoNumber));
  const fields = union.variants.map((variant): FieldPlan => {
    const { type, nullable } = variant;
    const form = nullable === true ? boxOf(planner, type, true) : singleForm(planner, type);
    const number = numberOf(variant.protoNumber);
    return { number, name: variant.name, label: "single", absence: "absent", form };
  });
  return { name, kind: "union", fields };
}

function planField(planner: Planner, field: Field, number: number): FieldPlan {
  const { jsonName, protoGroup } = field;
  const named = jsonName === undefined ? {} : { jsonName };
  return { ...planUnnamed(planner, field, number), ...named, ...groupOf(protoGroup) };
}

function groupOf(isGroup: true | undefined): Pick<FieldPlan, "isGroup"> {
  return isGroup === undefined ? {} : { isGroup };
}

function planUnnamed(planner: Planner, field: Field, number: number): FieldPlan {
  const { name, nullable, presence } = field;
  const type = resolve(planner.contract, field.type);
  // Nothing tells an empty list from none, but that it has to be there.
  const absence = presence === "optional" ? "absent" : "zero";
  if (type.kind === "list" && !nullable) {
    const { min, max } = type;
    const bounds = { ...(min > 0 ? { min } : {}), ...(max === undefined ? {} : { max }) };
    const form = itemForm(planner, type.item, type.itemNullable);
    return { number, name, label: "list", absence, form, ...bounds };
  }
  if (type.kind === "map" && !nullable) {
    const form = itemForm(planner, type.value, type.valueNullable === true);
    return { number, name, label: "map", absence, form, key: mapKey(type) };
  }
  const form = singleForm(planner, field.type);
  return { number, name, label: "single", absence: absenceOf(planner, field, form), form };
}

function absenceOf(
  { contract }: Planner,
  { nullable, presence }: Field,
  form: Form,
): FieldPlan["absence"] {
  if (presence === "optional") return "absent";
  if (nullable) return "null";
  if (form.kind !== "scalar") return presence === "required" ? "missing" : "absent";
  // Callers by a .proto of ours leave out zeros; those of a proto2 contract may not.
  return presence === "required" && contract.dialect === "grpc" ? "missing" : "zero";
}

/** Keys are whole numbers, booleans or texts; a key of another kind is its text. */
function mapKey({ key }: MapType): ScalarForm {
  const isOwn = key.kind === "int" || key.kind === "bool" || key.kind === "string";
  return scalarForm(isOwn ? key : { kind: "string", whitespace: "preserve" });
}

/** Where the same field comes several times: lists, and values of maps. */
function itemForm(planner: Planner, type: Type, nullable: boolean): Form {
  return nullable ? boxOf(planner, type, true) : singleForm(planner, type);
}

/** Where a field comes once: what cannot, gets a message round it. */
function singleForm(planner: Planner, type: Type): Form {
  const known = wellKnown(type);
  if (known !== undefined) return { kind: "well-known", known };
  const resolved = resolve(planner.contract, type);
  switch (resolved.kind) {
    case "record":
    case "union":
      return { kind: "message", plan: () => planner.plan(type) };
    case "list":
    case "map":
      return boxOf(planner, type, false);
    case "opaque":
      return opaqueForm(resolved.content);
    case "enum":
      return { kind: "scalar", scalar: scalarForm(resolved), enum: resolved };
    case "dateTime":
    case "duration": {
      const moment = wellKnown(resolved);
      if (moment !== undefined) return { kind: "well-known", known: moment };
      return { kind: "scalar", scalar: scalarForm(resolved) };
    }
    default:
      return { kind: "scalar", scalar: scalarForm(resolved) };
  }
}

/** JSON and XML are carried as their texts; a google.protobuf.Any as its bytes. */
function opaqueForm(content: "xml" | "json" | "protoAny"): Form {
  if (content === "protoAny") {
    return { kind: "well-known", known: { kind: "any", protoType: "google.protobuf.Any" } };
  }
  return { kind: "scalar", scalar: scalarForm({ kind: "string", whitespace: "preserve" }) };
}

function boxOf(planner: Planner, type: Type, nullable: boolean): Form {
  let made: MessagePlan | undefined;
  const plan = (): MessagePlan => {
    const field: Field = { name: "value", type, presence: "required", nullable };
    // A list or map in a box is a field of it; one that may be null gets a box of its own.
    made ??= { name: undefined, kind: "box", fields: [planField(planner, field, 1)] };
    return made;
  };
  return { kind: "message", plan };
}
