/** Values of XML-RPC under a contract's types, exact: what has no type of its own is a string. */
import { compileScalarText } from "#contract/check-scalar.ts";
import type { Contract } from "#contract/contract.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type {
  EnumType,
  ListType,
  MapType,
  RecordType,
  ScalarType,
  Type,
  UnionType,
} from "#contract/types.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { fail, shown } from "#formats/delimited-text/column.ts";
import { fromPicture, toPicture } from "#formats/delimited-text/picture.ts";
import type { XmlElement } from "#formats/xml/element.ts";

const noOpaque = "XML-RPC has no place for a value of any shape";
const momentPicture = "yyyyMMddTHH:mm:ss";

export function writeValue(contract: Contract, type: Type, value: Value, place: string): string {
  return `<value>${writeTyped(contract, type, value, place)}</value>`;
}

function writeTyped(contract: Contract, type: Type, value: Value, place: string): string {
  if (value === null) return "<nil/>";
  const own = resolve(contract, type);
  switch (own.kind) {
    case "record":
      return writeStruct(contract, own, value as ValueRecord, place);
    case "list": {
      const items = (value as readonly Value[]).map((item, index) =>
        writeValue(contract, own.item, item, `${place}/${index}`),
      );
      return `<array><data>${items.join("")}</data></array>`;
    }
    case "map":
    case "union":
      return writeMembers(contract, own, value as ValueRecord, place);
    case "opaque":
      return fail("not-representable", noOpaque, place);
    default:
      return writeScalar(own, value, place);
  }
}

export function writeStruct(
  contract: Contract,
  type: RecordType,
  value: ValueRecord,
  place: string,
): string {
  const members = fieldsOf(contract, type).flatMap(({ name, type: inside, presence }) => {
    const own = value[name];
    if (own === undefined) {
      if (presence === "required")
        fail("missing-value", "the value is missing", `${place}/${name}`);
      return [];
    }
    const written = writeValue(contract, inside, own, `${place}/${name}`);
    return [`<member><name>${escapeXml(name, place)}</name>${written}</member>`];
  });
  return `<struct>${members.join("")}</struct>`;
}

/** A map's entries by their keys; a union's one member by the name of its variant. */
function writeMembers(
  contract: Contract,
  type: MapType | UnionType,
  value: ValueRecord,
  place: string,
): string {
  const members = Object.entries(value).map(([key, own]) => {
    const inside = memberType(type, key, place);
    const written = writeValue(contract, inside, own, `${place}/${key}`);
    return `<member><name>${escapeXml(key, place)}</name>${written}</member>`;
  });
  return `<struct>${members.join("")}</struct>`;
}

function memberType(type: MapType | UnionType, key: string, place: string): Type {
  if (type.kind === "map") {
    const scalar = compileScalarText(type.key);
    if (scalar.read(key) !== undefined) return type.value;
    return fail("invalid-value", `the key ${shown(key)} is not ${scalar.expected}`, place);
  }
  const variant = type.variants.find(({ name }) => name === key);
  if (variant !== undefined) return variant.type;
  const expected = type.variants.map(({ name }) => name).join(", ");
  return fail("unexpected-member", `there is no ${shown(key)}; expected one of ${expected}`, place);
}

function writeScalar(type: ScalarType | EnumType, value: Value, place: string): string {
  const scalar = compileScalarText(type);
  const text = scalar.write(value);
  if (text === undefined) {
    return fail(
      "invalid-value",
      `${shown(JSON.stringify(value))} is not ${scalar.expected}`,
      place,
    );
  }
  switch (type.kind) {
    case "bool":
      return `<boolean>${text === "true" ? 1 : 0}</boolean>`;
    case "int":
      return type.bits === "big" ? `<string>${text}</string>` : integer(text, type.bits === 64);
    case "float":
      return `<double>${text}</double>`;
    case "decimal":
      return `<double>${text}</double>`;
    case "bytes":
      return `<base64>${Buffer.from(value as Uint8Array).toString("base64")}</base64>`;
    case "dateTime": {
      const moment = toPicture(text, momentPicture.replace("T", ""));
      if (moment === undefined || /[^0-9T:-]/.test(text)) return `<string>${text}</string>`;
      const written = `${moment.slice(0, 8)}T${text.slice(11, 19)}`;
      return `<dateTime.iso8601>${written}</dateTime.iso8601>`;
    }
    default:
      return `<string>${escapeXml(text, place)}</string>`;
  }
}

function integer(text: string, isLong: boolean): string {
  return isLong ? `<i8>${text}</i8>` : `<int>${text}</int>`;
}

export function escapeXml(text: string, place: string): string {
  if (/[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/.test(text) || !text.isWellFormed()) {
    fail("invalid-text", "a control character cannot stand in XML", place);
  }
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;");
}

/** @param element `<value>`. */
export function readValue(
  contract: Contract,
  type: Type,
  element: XmlElement,
  place: string,
): Value {
  if (element.name !== "value") expect("<value>", element, place);
  const [typed, ...more] = elementsIn(element);
  if (more.length > 0 || (typed !== undefined && textIn(element).trim() !== "")) {
    fail("malformed-message", "expected one value in <value>", place);
  }
  if (typed?.name === "nil") return null;
  const own = resolve(contract, type);
  switch (own.kind) {
    case "record":
      if (typed?.name !== "struct") expect("<struct>", typed ?? element, place);
      return readStruct(contract, own, typed, place);
    case "list": {
      const [data, ...others] = typed?.name === "array" ? elementsIn(typed) : [];
      if (data?.name !== "data" || others.length > 0)
        return expect("<array><data>", typed ?? element, place);
      return readItems(contract, own, data, place);
    }
    case "map":
    case "union":
      if (typed?.name !== "struct") expect("<struct>", typed ?? element, place);
      return readMembers(contract, own, typed, place);
    case "opaque":
      return fail("not-representable", noOpaque, place);
    default:
      return readScalar(own, typed ?? element, place);
  }
}

function readItems(
  contract: Contract,
  { item, itemNullable, min, max = Infinity }: ListType,
  data: XmlElement,
  place: string,
): readonly Value[] {
  const elements = elementsIn(data);
  if (elements.length < min || elements.length > max) {
    const most = max === Infinity ? "" : ` and at most ${max}`;
    const message = `expected at least ${min}${most} items, found ${elements.length}`;
    fail("invalid-value", message, place);
  }
  return elements.map((element, index) =>
    notNil(readValue(contract, item, element, `${place}/${index}`), itemNullable, place, index),
  );
}

function notNil(value: Value, isNullable: boolean, place: string, name: string | number): Value {
  return value !== null || isNullable
    ? value
    : fail("invalid-value", "it is nil", `${place}/${name}`);
}

export function readStruct(
  contract: Contract,
  type: RecordType,
  struct: XmlElement,
  place: string,
): ValueRecord {
  const fields = new Map(fieldsOf(contract, type).map((field) => [field.name, field]));
  const record = createRecord();
  for (const [key, value] of membersOf(struct, place)) {
    const field = fields.get(key);
    if (field === undefined) fail("unexpected-member", `there is no ${shown(key)}`, place);
    if (key in record) fail("repeated-member", "it stands twice", `${place}/${key}`);
    const read = readValue(contract, field.type, value, `${place}/${key}`);
    if (read === null && !field.nullable) {
      if (field.presence === "required") fail("invalid-value", "it is nil", `${place}/${key}`);
    } else record[key] = read;
  }
  for (const { name, presence } of fields.values()) {
    if (presence === "required" && record[name] === undefined) {
      fail("missing-value", "the value is missing", `${place}/${name}`);
    }
  }
  return record;
}

function readMembers(
  contract: Contract,
  type: MapType | UnionType,
  struct: XmlElement,
  place: string,
): ValueRecord {
  const record = createRecord();
  for (const [key, value] of membersOf(struct, place)) {
    const inside = memberType(type, key, place);
    if (key in record) fail("repeated-member", "it stands twice", `${place}/${key}`);
    const read = readValue(contract, inside, value, `${place}/${key}`);
    record[key] = notNil(read, mayBeNil(type, key), place, key);
  }
  if (type.kind === "union" && Object.keys(record).length !== 1) {
    fail("malformed-message", "expected a struct of one member, the variant", place);
  }
  return record;
}

function mayBeNil(type: MapType | UnionType, key: string): boolean {
  if (type.kind === "map") return type.valueNullable === true;
  return type.variants.find(({ name }) => name === key)?.nullable === true;
}

function membersOf(struct: XmlElement, place: string): readonly (readonly [string, XmlElement])[] {
  return elementsIn(struct).map((member) => {
    const [name, value, ...more] = elementsIn(member);
    const isWhole = name?.name === "name" && value !== undefined && more.length === 0;
    if (member.name !== "member" || !isWhole) {
      return expect("<member> with <name> and <value>", member, place);
    }
    return [textIn(name), value];
  });
}

const scalarElements = new Set([
  ...["value", "i4", "int", "i8", "boolean", "string", "double", "dateTime.iso8601", "base64"],
]);

function readScalar(type: ScalarType | EnumType, element: XmlElement, place: string): Value {
  if (!scalarElements.has(element.name)) expect("one value", element, place);
  const text = textIn(element);
  const isText = ["string", "enum", "uri", "qname"].includes(type.kind);
  const trimmed = isText ? text : text.replaceAll(/[ \t\r\n]+/g, "");
  const isMoment = element.name === "dateTime.iso8601" && type.kind === "dateTime";
  const moment = isMoment ? readMoment(trimmed) : undefined;
  const scalar = compileScalarText(type);
  const value = scalar.read(moment ?? trimmed);
  if (value !== undefined) return value;
  return fail("invalid-value", `${shown(text)} is not ${scalar.expected}`, place);
}

/** `20261125T13:20:00` is the usual form; with dashes it is seen as well. */
function readMoment(text: string): string | undefined {
  const plain = text.replace("T", "");
  return fromPicture(plain, momentPicture.replace("T", ""), "dateTime");
}

export function elementsIn({ children }: XmlElement): readonly XmlElement[] {
  return children.filter((one) => typeof one !== "string");
}

export function textIn({ children }: XmlElement): string {
  return children.filter((one) => typeof one === "string").join("");
}

export function expect(what: string, { name }: XmlElement, place: string): never {
  return fail("unexpected-element", `expected ${what}, found <${name.slice(0, 50)}>`, place);
}
