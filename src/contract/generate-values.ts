/**
 * Values of a contract's types, for the test of what dialects carry: the same ones every time,
 * with the edges that get lost: absent, null, empty, several, largest, derived.
 */
import type { Contract, HeaderField, Message } from "./contract.ts";
import { generateScalar, valueOfText, type Style } from "./generate-scalars.ts";
import { derivedTypes, fieldsOf, resolve } from "./resolve.ts";
import type { Field, RecordType, Type, TypeName, UnionType, XmlBinding } from "./types.ts";
import { createRecord, typeKey, type Value, type ValueRecord } from "./value.ts";

/** Parts of a value; beyond, what may be left out is. */
const partsMax = 400;
/** Records inside records; beyond, what may be left out is, and what must be there ends it. */
const depthMax = 6;
const depthEnd = 40;

export interface GeneratedMessage {
  readonly style: Style;
  readonly body: ValueRecord;
  readonly headers: ValueRecord;
}

export type GenerateMessages = (message: Message) => readonly GeneratedMessage[];

/** The plainest message is the first one. None: a type has no finite value, or none was found. */
export function createGenerator(contract: Contract): GenerateMessages {
  const derived = derivedTypes(contract);
  return ({ type, headers }) =>
    (["ordinary", "least", "odd"] as const).flatMap((style) => {
      const making: Making = { contract, derived, style, parts: 0, turn: 0 };
      const body = make(making, type, 0, undefined);
      const fields = makeHeaders(making, headers);
      if (body === undefined || fields === undefined) return [];
      return [{ style, body: body as ValueRecord, headers: fields }];
    });
}

interface Making {
  readonly contract: Contract;
  readonly derived: ReadonlyMap<TypeName, readonly TypeName[]>;
  readonly style: Style;
  parts: number;
  /** Unions take their variants in turn. */
  turn: number;
}

function makeHeaders(making: Making, headers: readonly HeaderField[]): ValueRecord | undefined {
  const record = createRecord();
  for (const { name, type, required } of headers) {
    if (!required && making.style === "least") continue;
    const value = make(making, type, 1, undefined);
    if (value !== undefined) record[name] = value;
    else if (required) return undefined;
  }
  return record;
}

function make(
  making: Making,
  type: Type,
  depth: number,
  xml: XmlBinding | undefined,
): Value | undefined {
  making.parts += 1;
  if (depth > depthEnd || making.parts > partsMax * 50) return undefined;
  if (type.kind === "ref") return makeNamed(making, type.name, depth, xml);
  switch (type.kind) {
    case "record":
      return makeRecord(making, type, depth, undefined);
    case "union":
      return makeUnion(making, type, depth);
    case "list": {
      const { min, max = Infinity, item, itemNullable } = type;
      const wanted = making.style === "ordinary" ? 1 : making.style === "least" ? 0 : 3;
      const isFull = making.parts > partsMax || depth > depthMax;
      const length = Math.min(Math.max(isFull ? 0 : wanted, min), max, 1_000);
      const items: Value[] = [];
      for (let index = 0; index < length; index += 1) {
        const isNull = itemNullable && making.style === "odd" && index === 1;
        const value = isNull ? null : make(making, item, depth + 1, xml);
        if (value === undefined) return min === 0 ? [] : undefined;
        items.push(value);
      }
      return items;
    }
    case "map": {
      const record = createRecord();
      if (making.style === "least" || depth > depthMax) return record;
      const key = generateScalar(type.key, making.style);
      const value = make(making, type.value, depth + 1, undefined);
      if (key === undefined || value === undefined) return record;
      record[typeof key === "string" ? key : JSON.stringify(key)] = value;
      return record;
    }
    case "opaque":
      return makeOpaque(type.content, xml);
    default:
      return generateScalar(type, making.style);
  }
}

/** A type that others derive from is told by one of them now and then, and always if abstract. */
function makeNamed(
  making: Making,
  name: TypeName,
  depth: number,
  xml: XmlBinding | undefined,
): Value | undefined {
  const { contract, derived, style } = making;
  const type = resolve(contract, { kind: "ref", name });
  if (type.kind !== "record") return make(making, type, depth, xml);
  const isAbstract = type.abstract === true;
  if (!isAbstract && style !== "odd") return makeRecord(making, type, depth, undefined);
  const other = (depth > depthMax && !isAbstract ? [] : (derived.get(name) ?? [])).find((one) => {
    const found = contract.types.get(one)?.type;
    return found?.kind === "record" && found.abstract !== true;
  });
  if (other === undefined)
    return isAbstract ? undefined : makeRecord(making, type, depth, undefined);
  const found = resolve(contract, { kind: "ref", name: other });
  return found.kind === "record" ? makeRecord(making, found, depth, other) : undefined;
}

function makeRecord(
  making: Making,
  record: RecordType,
  depth: number,
  name: TypeName | undefined,
): Value | undefined {
  const made = createRecord();
  if (name !== undefined) made[typeKey] = name;
  for (const field of fieldsOf(making.contract, record)) {
    const value = makeField(making, field, depth + 1);
    if (value !== undefined) made[field.name] = value;
    else if (field.presence !== "optional") return undefined;
  }
  return made;
}

function makeField(making: Making, field: Field, depth: number): Value | undefined {
  const { type, presence, nullable, xml, fixed } = field;
  const { style } = making;
  const isOptional = presence === "optional";
  // XML Schema fills these in: absent and the default are one.
  if (field.default !== undefined && xml?.node === "attribute" && style === "least") {
    return makeOf(making, type, field.default);
  }
  if (isOptional && (depth > depthMax || making.parts > partsMax || style === "least")) {
    return undefined;
  }
  if (xml?.node === "anyAttribute") return undefined;
  if (nullable && (style === "odd" || (style === "least" && depth > 1))) return null;
  if (fixed !== undefined) return makeOf(making, type, fixed);
  return make(making, type, depth, xml);
}

/** The value of a default or a fixed text; undefined where the type is no simple one. */
function makeOf({ contract }: Making, type: Type, text: string): Value | undefined {
  const resolved = resolve(contract, type);
  return isComposite(resolved) ? undefined : valueOfText(resolved, text);
}

function isComposite(
  type: Type,
): type is Extract<Type, { kind: "record" | "union" | "list" | "map" | "opaque" | "ref" }> {
  return ["record", "union", "list", "map", "opaque", "ref"].includes(type.kind);
}

function makeUnion(making: Making, { variants }: UnionType, depth: number): Value | undefined {
  const from = making.style === "ordinary" ? 0 : making.turn++;
  for (let index = 0; index < variants.length; index += 1) {
    const variant = variants[(from + index) % variants.length];
    if (variant === undefined) continue;
    const value = make(making, variant.type, depth + 1, variant.xml);
    if (value === undefined) continue;
    const record = createRecord();
    record[variant.name] = value;
    return record;
  }
  return undefined;
}

function makeOpaque(
  content: "xml" | "json" | "protoAny",
  xml: XmlBinding | undefined,
): Value | undefined {
  if (content === "json") return '{"example":[1,"text"]}';
  if (content === "protoAny") return undefined;
  const isAny = xml === undefined || xml.node === "any";
  const name = isAny ? "example" : xml.name;
  const declared = isAny ? namespaceAllowed(xml?.namespace ?? "##any") : xml.namespace;
  const declaration = declared === "" ? "" : ` xmlns="${declared.replaceAll("&", "&amp;")}"`;
  return `<${name}${declaration}>text</${name}>`;
}

/** A namespace that a wildcard takes. */
function namespaceAllowed(wildcard: string): string {
  const [first = ""] = wildcard.split(" ");
  if (first === "##any" || first === "##other") return "urn:parlance:example";
  return first === "##local" ? "" : first;
}
