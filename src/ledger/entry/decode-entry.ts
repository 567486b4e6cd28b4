/**
 * Reads one entry. Total: any bytes give an entry, one that is opaque to this version, or the
 * reason why they are none. What is read would be written as exactly these bytes again.
 */
import { CborReader, Malformed, major } from "./cbor-reader.ts";
import type { DecodedEntry, Entry } from "./entry.ts";
import {
  entryVersion,
  fields,
  fieldsByKey,
  kindNames,
  listedTextBytesMax,
  type Field,
  type FieldName,
} from "./fields.ts";
import { commonOptional, commonRequired, kinds } from "./kinds.ts";

/** A bundle states the length of an entry in 16 bits (C2SP tlog-tiles). */
export const entryBytesMax = 65_535;

const byKey = new Map(fieldsByKey.map(([name, field]) => [field.key, { name, field }]));
const sizes = { id: 16, half: 8, hash: 32 } as const;
const simpleTrue = 21;

const allowed = kindNames.map((kind) => {
  const { required, optional } = kinds[kind];
  return {
    required: [...commonRequired, ...required] as readonly FieldName[],
    all: new Set<FieldName>([...commonRequired, ...commonOptional, ...required, ...optional]),
  };
});

export function decodeEntry(bytes: Buffer): DecodedEntry {
  if (bytes.length > entryBytesMax) {
    const reason = `it has ${bytes.length} bytes; at most ${entryBytesMax} are allowed`;
    return { kind: "malformed", reason, offset: 0 };
  }
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { kind: "malformed", reason: error.message, offset: error.offset };
  }
}

function decode(bytes: Buffer): DecodedEntry {
  const reader = new CborReader(bytes);
  const count = reader.expect(major.map, "a map");
  const version = readCommon(reader, fields.version.key);
  const code = readCommon(reader, fields.kind.key);
  const kind = kindNames[code];
  if (version !== entryVersion || kind === undefined) {
    return { kind: "opaque", version, code, bytes: checked(bytes) };
  }
  const { required, all } = allowed[code] as (typeof allowed)[number];
  const values: Partial<Record<FieldName, unknown>> = { kind };
  for (let index = 2, lastKey: number = fields.kind.key; index < count; index++) {
    const start = reader.at;
    const key = reader.expect(major.uint, "a number as key");
    if (key <= lastKey) {
      throw new Malformed("keys are not in order, or one occurs twice", start);
    }
    lastKey = key;
    const known = byKey.get(key);
    if (known === undefined) return { kind: "opaque", version, code, bytes: checked(bytes) };
    if (!all.has(known.name)) {
      throw new Malformed(`${known.name} does not belong into an entry of kind ${kind}`, start);
    }
    values[known.name] = readValue(reader, known.name, known.field);
  }
  if (!reader.isAtEnd) throw new Malformed("something follows the entry", reader.at);
  for (const name of required) {
    if (values[name] === undefined && name !== "version") {
      throw new Malformed(`an entry of kind ${kind} must have ${name}`, reader.at);
    }
  }
  checkCut(values, reader.at);
  return values as unknown as Entry;
}

/** A field can have been cut only if it is there. */
function checkCut(values: Partial<Record<FieldName, unknown>>, offset: number): void {
  const cut = values.cut as readonly number[] | undefined;
  if (cut === undefined) return;
  const isTrue = cut.every((key) => {
    const known = byKey.get(key);
    return known !== undefined && values[known.name] !== undefined && isCuttable(known.field);
  });
  if (!isTrue || cut.length === 0) {
    throw new Malformed("cut names fields that are not there", offset);
  }
}

function isCuttable({ type }: Field): boolean {
  return type === "text" || type === "texts" || type === "ids";
}

/** Version and kind are the first two fields, whatever the version. */
function readCommon(reader: CborReader, wanted: number): number {
  const start = reader.at;
  const key = reader.expect(major.uint, "a number as key");
  if (key !== wanted) throw new Malformed(`key ${wanted} was expected`, start);
  return reader.expect(major.uint, "a number");
}

/** Bytes that are well-formed although not understood. */
function checked(bytes: Buffer): Buffer {
  const reader = new CborReader(bytes);
  reader.skip();
  if (!reader.isAtEnd) throw new Malformed("something follows the entry", reader.at);
  return bytes;
}

function readValue(reader: CborReader, name: FieldName, field: Field): unknown {
  const start = reader.at;
  const { type } = field;
  switch (type) {
    case "uint":
      return reader.expect(major.uint, `a number for ${name}`);
    case "id":
    case "half":
    case "hash":
      return readOctets(reader, name, sizes[type]);
    case "text":
      return readText(reader, name, field.max as number);
    case "flag":
      if (reader.expect(major.simple, `true for ${name}`) === simpleTrue) return true;
      throw new Malformed(`true for ${name} was expected`, start);
    case "choice": {
      const chosen = field.names?.[reader.expect(major.uint, `a number for ${name}`)];
      if (chosen === undefined) throw new Malformed(`no ${name} has this number`, start);
      return chosen;
    }
    case "ids":
      return readList(reader, name, field, () => readOctets(reader, name, sizes.id));
    case "texts":
      return readList(reader, name, field, () => readText(reader, name, listedTextBytesMax));
    case "keys":
      return readKeys(reader, name, field);
  }
}

function readOctets(reader: CborReader, name: FieldName, size: number): string {
  const start = reader.at;
  if (reader.expect(major.bytes, `octets for ${name}`) !== size) {
    throw new Malformed(`${name} has ${size} octets`, start);
  }
  return reader.octets().toString("hex");
}

function readText(reader: CborReader, name: FieldName, bytesMax: number): string {
  const start = reader.at;
  if (reader.expect(major.text, `a text for ${name}`) > bytesMax) {
    throw new Malformed(`${name} has at most ${bytesMax} bytes`, start);
  }
  return reader.text();
}

function readList<Member>(
  reader: CborReader,
  name: FieldName,
  field: Field,
  read: () => Member,
): readonly Member[] {
  const start = reader.at;
  const count = reader.expect(major.list, `a list for ${name}`);
  if (count > (field.max as number)) {
    throw new Malformed(`${name} has at most ${field.max} members`, start);
  }
  return Array.from({ length: count }, read);
}

function readKeys(reader: CborReader, name: FieldName, field: Field): readonly number[] {
  const start = reader.at;
  const keys = readList(reader, name, field, () => reader.expect(major.uint, `a key in ${name}`));
  if (keys.some((key, index) => index > 0 && key <= (keys[index - 1] as number))) {
    throw new Malformed(`keys in ${name} are not in order, or one occurs twice`, start);
  }
  return keys;
}
