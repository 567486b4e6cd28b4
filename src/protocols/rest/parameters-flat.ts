/** A value as one text with delimiters, which is what most parameter styles come down to. */
import { DocumentFailure } from "#contract/document-fault.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import type { Shape, ShapeMember, TextCodec } from "./text-codec.ts";

/** How a style writes the parts of a list or record in one text. */
export interface FlatStyle {
  readonly delimiter: string;
  /** What parts them on reading, when more than the delimiter does. */
  readonly separator?: RegExp;
  /** Members are `name=value`, not `name,value`. */
  readonly paired: boolean;
  readonly encode: (text: string) => string;
  /** Undefined: cannot be decoded. */
  readonly decode: (text: string) => string | undefined;
}

/** Where the value stands, for messages: `the query parameter \`limit\``. */
export interface Subject {
  readonly what: string;
  /** JSON pointer into the input record. */
  readonly place: string;
}

export function refuse(subject: Subject, message: string, code = "invalid-value"): never {
  const { what, place } = subject;
  throw new DocumentFailure({ kind: "fault", code, place, message: `${what}: ${message}` });
}

export function readText(subject: Subject, codec: TextCodec, text: string | undefined): Value {
  if (text === undefined) return refuse(subject, "its percent-encoding is broken");
  const value = codec.read(text);
  if (value !== undefined) return value;
  const shown = text.length > 100 ? `${text.slice(0, 100)}...` : text;
  return refuse(subject, `expected ${codec.expected}, found \`${shown}\``);
}

export function writeText(subject: Subject, codec: TextCodec, value: Value): string {
  const text = value === null ? "" : codec.write(value);
  return text ?? refuse(subject, "the value has no text", "not-representable");
}

/** Text has no null, and an item is not left out as a member is. */
export function writeItem(subject: Subject, codec: TextCodec, item: Value): string {
  if (item !== null) return writeText(subject, codec, item);
  return refuse(subject, "null cannot stand among its items", "not-representable");
}

export function readFlat(subject: Subject, shape: Shape, raw: string, style: FlatStyle): Value {
  if (shape.kind === "single") return readText(subject, shape.text, style.decode(raw));
  const parts = raw === "" ? [] : raw.split(style.separator ?? style.delimiter);
  if (shape.kind === "list") {
    const items = parts.map((part) => readText(subject, shape.item, style.decode(part)));
    return checkCount(subject, shape, items);
  }
  return readMembers(subject, shape, entriesOf(subject, parts, style));
}

export function checkCount(
  subject: Subject,
  { min, max }: Shape & { kind: "list" },
  items: readonly Value[],
): readonly Value[] {
  if (items.length < min) refuse(subject, `expected at least ${min} items, found ${items.length}`);
  if (items.length > max) refuse(subject, `more than ${max} items`);
  return items;
}

type Entry = readonly [name: string, text: string];

function entriesOf(
  subject: Subject,
  parts: readonly string[],
  { paired, decode }: FlatStyle,
): readonly Entry[] {
  const entries: Entry[] = [];
  const add = (name: string, raw: string): void => {
    const [key, text] = [decode(name), decode(raw)];
    if (key === undefined || text === undefined) refuse(subject, "its percent-encoding is broken");
    entries.push([key, text]);
  };
  if (paired) {
    for (const part of parts) {
      const equals = part.indexOf("=");
      if (equals < 0) refuse(subject, "expected `name=value` pairs");
      add(part.slice(0, equals), part.slice(equals + 1));
    }
    return entries;
  }
  if (parts.length % 2 === 1) refuse(subject, "expected pairs of a name and a value");
  for (let at = 0; at < parts.length; at += 2) add(parts[at] ?? "", parts[at + 1] ?? "");
  return entries;
}

export function readMembers(
  subject: Subject,
  shape: Shape & { kind: "record" | "map" },
  entries: readonly Entry[],
): Value {
  const out = createRecord();
  const members = shape.kind === "record" ? shape.members : undefined;
  for (const [name, text] of entries) {
    const inner = {
      what: `${subject.what}, member \`${name.slice(0, 100)}\``,
      place: subject.place,
    };
    const member = members?.find((one) => one.name === name);
    const key = member?.key ?? name;
    if (members !== undefined && member === undefined) {
      refuse(inner, "it is not known here", "unexpected-member");
    }
    if (out[key] !== undefined) refuse(inner, "it stands here twice", "duplicate-member");
    if (shape.kind === "map") readText(inner, shape.key, name);
    out[key] = readText(inner, member?.text ?? (shape as { value: TextCodec }).value, text);
  }
  for (const { key, name, required } of members ?? []) {
    if (required && out[key] === undefined) {
      refuse(subject, `the member \`${name}\` is missing`, "missing-member");
    }
  }
  return out;
}

export function writeFlat(subject: Subject, shape: Shape, value: Value, style: FlatStyle): string {
  const { delimiter, paired, encode } = style;
  if (shape.kind === "single") return encode(writeText(subject, shape.text, value));
  if (shape.kind === "list") {
    const items = (value as readonly Value[]).map((item) => writeItem(subject, shape.item, item));
    if (items.length === 1 && items[0] === "") {
      refuse(
        subject,
        "a list of one empty text would be read as an empty list",
        "not-representable",
      );
    }
    return items.map(encode).join(delimiter);
  }
  return writtenMembers(subject, shape, value as ValueRecord)
    .map(([name, text]) => encode(name) + (paired ? "=" : delimiter) + encode(text))
    .join(delimiter);
}

export function writtenMembers(
  subject: Subject,
  shape: Shape & { kind: "record" | "map" },
  value: ValueRecord,
): readonly Entry[] {
  const entries: Entry[] = [];
  const add = (name: string, text: TextCodec, one: Value | undefined): void => {
    if (one !== undefined && one !== null) entries.push([name, writeText(subject, text, one)]);
  };
  if (shape.kind === "map") for (const key in value) add(key, shape.value, value[key]);
  else for (const { name, key, text } of shape.members) add(name, text, value[key]);
  return entries;
}

export function memberNames(members: readonly ShapeMember[]): ReadonlySet<string> {
  return new Set(members.map(({ name }) => name));
}
