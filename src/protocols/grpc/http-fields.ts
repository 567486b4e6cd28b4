/** Fields as google.api.http names them, with where they are in the model: in paths, in queries. */
import protobuf from "protobufjs";
import type { RestParameter } from "#contract/contract.ts";
import type { NamedType, Type, TypeName } from "#contract/types.ts";
import { fieldNameOf, jsonNameOf, lookUp } from "./import-types.ts";
import { wrong, type HttpRefusal, type HttpVariable } from "./http-template.ts";

export type Types = ReadonlyMap<TypeName, NamedType>;

export interface HttpField {
  readonly name: string;
  readonly jsonName: string;
  /** In the enclosing record: the field, or the choice that it is of and the variant. */
  readonly keys: readonly string[];
  readonly type: Type;
  /** Of a message: where its own fields are declared. */
  readonly message: protobuf.Type | undefined;
}

export function fieldsOf(types: Types, message: protobuf.Type, type: Type): readonly HttpField[] {
  const record = behind(types, type);
  if (record?.kind !== "record") return [];
  return message.fieldsArray.flatMap((field): readonly HttpField[] => {
    const { name, partOf } = field;
    const jsonName = jsonNameOf(field);
    const found = lookUp(message, field.type);
    const inner = found instanceof protobuf.Type ? found : undefined;
    const common = { name, jsonName, message: inner };
    const key = fieldNameOf(field);
    const own = record.fields.find((one) => one.name === key);
    if (partOf === null || partOf.isProto3Optional) {
      return own === undefined ? [] : [{ ...common, keys: [key], type: own.type }];
    }
    const choice = record.fields.find((one) => one.name === partOf.name);
    if (choice?.type.kind !== "union") return [];
    const variant = choice.type.variants.find(({ protoNumber }) => protoNumber === field.id);
    if (variant === undefined) return [];
    return [{ ...common, keys: [choice.name, variant.name], type: variant.type }];
  });
}

export function behind(types: Types, type: Type): Exclude<Type, { kind: "ref" }> | undefined {
  const found = type.kind === "ref" ? types.get(type.name)?.type : type;
  return found?.kind === "ref" ? undefined : found;
}

/** A parameter of the path; what it cannot be is a fault of the rule. */
export function pathParameter(
  types: Types,
  fields: readonly HttpField[],
  { name, pattern }: HttpVariable,
): RestParameter | HttpRefusal {
  const keys: string[] = [];
  let among = fields;
  let field: HttpField | undefined;
  for (const word of name.split(".")) {
    if (field !== undefined) {
      const kind = kindOf(types, field.type);
      if (kind !== "message" || field.message === undefined) {
        return wrong(`${field.name} of {${name}} is ${said[kind]}; expected a message`);
      }
      among = fieldsOf(types, field.message, field.type);
    }
    field = among.find((one) => one.name === word);
    if (field === undefined) {
      const where = keys.length === 0 ? "" : `: ${word} is none of ${keys.at(-1)}`;
      return wrong(`{${name}} is no field of the message${where}`);
    }
    keys.push(...field.keys);
  }
  const kind = field === undefined ? "message" : kindOf(types, field.type);
  if (kind !== "scalar") return wrong(`{${name}} is ${said[kind]}; expected a single value`);
  if (pattern !== undefined && behind(types, field?.type as Type)?.kind !== "string") {
    return wrong(`{${name}} has the pattern ${pattern.join("/")}, and is no text`);
  }
  return { ...keyed(keys), name, in: "path", style: "simple", explode: false };
}

type Kind = "scalar" | "message" | "list" | "map" | "opaque";

const said: Readonly<Record<Kind, string>> = {
  scalar: "a single value",
  message: "a message",
  list: "a list",
  map: "a map",
  opaque: "JSON of any shape",
};

function kindOf(types: Types, type: Type): Kind {
  const kind = behind(types, type)?.kind;
  if (kind === "record" || kind === "union" || kind === undefined) return "message";
  return kind === "list" || kind === "map" || kind === "opaque" ? kind : "scalar";
}

export interface QueryFields {
  readonly parameters: readonly RestParameter[];
  /** Names, each with why it cannot stand in a query. */
  readonly leftOut: readonly string[];
}

/** More would be no query that anybody writes. */
const parametersMax = 1_000;
/** Of fields that are looked at: messages in messages may hold no end of them. */
const visitsMax = 10_000;
const depthMax = 32;

/**
 * What is neither in the path nor in the body, members of messages by dotted names.
 * @param taken parameters of the path. Undefined: there are too many.
 */
export function queryFields(
  types: Types,
  fields: readonly HttpField[],
  taken: readonly RestParameter[],
): QueryFields | undefined {
  const bound = new Set(taken.map(({ field, within = [] }) => [field, ...within].join("/")));
  const parameters: RestParameter[] = [];
  const leftOut: string[] = [];
  let visits = 0;
  const isTooMuch = () => visits > visitsMax || parameters.length > parametersMax;
  const visit = (field: HttpField, outer: Outer): void => {
    visits++;
    if (isTooMuch()) return;
    const keys = [...outer.keys, ...field.keys];
    if (bound.has(keys.join("/"))) return;
    const name = outer.name + field.jsonName;
    const alsoNamed = outer.alsoNamed + field.name;
    const named = { name, ...(alsoNamed === name ? {} : { alsoNamed }) };
    const add = (): void => {
      const common = { in: "query", style: "form", explode: true } as const;
      parameters.push({ ...keyed(keys), ...named, ...common });
    };
    const { type, message } = field;
    const found = behind(types, type);
    const kind = kindOf(types, type);
    if (kind === "scalar") return add();
    if (found?.kind === "list" && kindOf(types, found.item) === "scalar") return add();
    if (kind !== "message" || message === undefined) {
      leftOut.push(`${alsoNamed} is ${said[kind]}${kind === "list" ? " of messages" : ""}`);
      return;
    }
    const inner = fieldsOf(types, message, type);
    const reason = outer.messages.includes(message)
      ? "may hold itself"
      : inner.length === 0
        ? "is a message without fields"
        : outer.messages.length >= depthMax
          ? `is nested deeper than ${depthMax} levels`
          : undefined;
    if (reason !== undefined) {
      leftOut.push(`${alsoNamed} ${reason}`);
      return;
    }
    const within: Outer = {
      ...{ keys, name: `${name}.`, alsoNamed: `${alsoNamed}.` },
      messages: [...outer.messages, message],
    };
    for (const one of inner) visit(one, within);
  };
  for (const field of fields) visit(field, { keys: [], name: "", alsoNamed: "", messages: [] });
  return isTooMuch() ? undefined : { parameters, leftOut };
}

/** What a member is inside of. */
interface Outer {
  readonly keys: readonly string[];
  readonly name: string;
  readonly alsoNamed: string;
  readonly messages: readonly protobuf.Type[];
}

function keyed([field = "", ...within]: readonly string[]): Pick<
  RestParameter,
  "field" | "within"
> {
  return within.length === 0 ? { field } : { field, within };
}
