/**
 * How a scalar of the model stands in Protocol Buffers: its proto type, its wire type, its zero,
 * and what reads and writes it. Whatever has no proto type of its own is text.
 */
import { compileScalarText, type ScalarText } from "#contract/check-scalar.ts";
import type { EnumType, IntType, ScalarType } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import {
  signedDigits,
  unsignedDigits,
  writeDigits,
  writeZigzagDigits,
  zigzagDigits,
} from "./long-numbers.ts";
import {
  ProtoRefusal,
  readDouble,
  readFixed32,
  readFixed64,
  readFloat,
  readLength,
  readText,
  readVarint,
  wire,
  type ProtoCursor,
} from "./proto-cursor.ts";
import type { ProtoOutput } from "./proto-output.ts";

export interface ScalarForm {
  /** `sint32`, `string`; of an enum: "enum". */
  readonly protoType: string;
  readonly wireType: number;
  /** What is not on the wire where presence is implicit. */
  readonly zero: Value;
  /** Whether the zero is a value of the type; if not, the field must be there. */
  readonly isZeroValid: boolean;
  readonly read: (cursor: ProtoCursor) => Value;
  readonly write: (out: ProtoOutput, value: Value) => void;
  /** Its values in the model, for other forms of the same message. */
  readonly text: ScalarText;
}

type Plain = Omit<ScalarForm, "protoType" | "zero" | "isZeroValid" | "text">;

const takeVarint = (out: ProtoOutput, low: number, high: number) => out.varint64(low, high);
const takeFixed = (out: ProtoOutput, low: number, high: number) => out.fixed64(low, high);

const plain32: Readonly<Record<string, Plain>> = {
  int32: {
    wireType: wire.varint,
    read: (cursor) => readVarint(cursor) | 0,
    // A negative one is written with its sign in 64 bits.
    write: (out, value) => out.varint64(value as number, (value as number) < 0 ? -1 : 0),
  },
  uint32: {
    wireType: wire.varint,
    read: readVarint,
    write: (out, value) => out.varint(value as number),
  },
  sint32: {
    wireType: wire.varint,
    read: (cursor) => {
      const zigzag = readVarint(cursor);
      return (zigzag >>> 1) ^ -(zigzag & 1);
    },
    write: (out, value) => out.varint(((value as number) << 1) ^ ((value as number) >> 31)),
  },
  fixed32: {
    wireType: wire.fixed32,
    read: readFixed32,
    write: (out, value) => out.fixed32(value as number),
  },
  sfixed32: {
    wireType: wire.fixed32,
    read: (cursor) => readFixed32(cursor) | 0,
    write: (out, value) => out.fixed32(value as number),
  },
};

const plain64: Readonly<Record<string, Plain>> = {
  int64: {
    wireType: wire.varint,
    read: (cursor) => signedDigits(readVarint(cursor), cursor.high),
    write: (out, value) => writeDigits(out, value as string, takeVarint),
  },
  uint64: {
    wireType: wire.varint,
    read: (cursor) => unsignedDigits(readVarint(cursor), cursor.high),
    write: (out, value) => writeDigits(out, value as string, takeVarint),
  },
  sint64: {
    wireType: wire.varint,
    read: (cursor) => zigzagDigits(readVarint(cursor), cursor.high),
    write: (out, value) => writeZigzagDigits(out, value as string, takeVarint),
  },
  fixed64: {
    wireType: wire.fixed64,
    read: (cursor) => unsignedDigits(readFixed64(cursor), cursor.high),
    write: (out, value) => writeDigits(out, value as string, takeFixed),
  },
  sfixed64: {
    wireType: wire.fixed64,
    read: (cursor) => signedDigits(readFixed64(cursor), cursor.high),
    write: (out, value) => writeDigits(out, value as string, takeFixed),
  },
};

export function scalarForm(type: ScalarType | EnumType): ScalarForm {
  switch (type.kind) {
    case "bool":
      return bool;
    case "int":
      return type.bits === "big" ? textForm(compileScalarText(type)) : intForm(type);
    case "float":
      return type.bits === 32 ? float : double;
    case "bytes":
      return bytesForm(compileScalarText(type), holdsFacets(type));
    case "enum":
      return enumForm(type);
    case "string":
      return holdsFacets(type) ? textForm(compileScalarText(type)) : text;
    default:
      return textForm(compileScalarText(type));
  }
}

/** Whether not every text, or not all bytes, are values. */
function holdsFacets(type: ScalarType): boolean {
  const names = ["pattern", "patternsAlso", "lengthMin", "lengthMax"];
  return names.some((name) => Reflect.get(type, name) !== undefined);
}

function intForm(type: IntType): ScalarForm {
  const prefix = type.signed ? "" : "u";
  const names = { zigzag: "sint", fixed: type.signed ? "sfixed" : "fixed", plain: `${prefix}int` };
  const is64 = type.bits === 64;
  const protoType = names[type.protoEncoding ?? "plain"] + (is64 ? "64" : "32");
  const plain = (is64 ? plain64 : plain32)[protoType] as Plain;
  const isWhole = (is64 || type.bits === 32) && type.minimum === undefined;
  const zero = is64 ? "0" : 0;
  const text = compileScalarText(type);
  if (isWhole && type.maximum === undefined)
    return { ...plain, protoType, zero, isZeroValid: true, text };
  const { write: check, expected } = text;
  const read = (cursor: ProtoCursor): Value => {
    const value = plain.read(cursor);
    if (check(value) === undefined) throw unfit(expected, `${value as number | string}`);
    return value;
  };
  return { ...plain, protoType, zero, isZeroValid: check(zero) !== undefined, read, text };
}

const bool: ScalarForm = {
  protoType: "bool",
  wireType: wire.varint,
  zero: false,
  isZeroValid: true,
  read: (cursor) => readVarint(cursor) !== 0 || cursor.high !== 0,
  write: (out, value) => out.varint(value === true ? 1 : 0),
  text: compileScalarText({ kind: "bool" }),
};

const float: ScalarForm = {
  protoType: "float",
  wireType: wire.fixed32,
  zero: 0,
  isZeroValid: true,
  read: readFloat,
  write: (out, value) => out.float(value as number),
  text: compileScalarText({ kind: "float", bits: 32 }),
};

const double: ScalarForm = {
  protoType: "double",
  wireType: wire.fixed64,
  zero: 0,
  isZeroValid: true,
  read: readDouble,
  write: (out, value) => out.double(value as number),
  text: compileScalarText({ kind: "float", bits: 64 }),
};

const text: ScalarForm = {
  protoType: "string",
  wireType: wire.bytes,
  zero: "",
  isZeroValid: true,
  read: readText,
  write: (out, value) => out.text(value as string),
  text: compileScalarText({ kind: "string", whitespace: "preserve" }),
};

function textForm(own: ScalarText): ScalarForm {
  const { read, expected } = own;
  return {
    ...text,
    text: own,
    isZeroValid: read("") !== undefined,
    read: (cursor) => {
      const found = readText(cursor);
      const value = read(found);
      if (value === undefined) throw unfit(expected, JSON.stringify(found.slice(0, 100)));
      return value;
    },
  };
}

function bytesForm(own: ScalarText, isChecked: boolean): ScalarForm {
  const { write: check, expected } = own;
  return {
    text: own,
    protoType: "bytes",
    wireType: wire.bytes,
    zero: new Uint8Array(0),
    isZeroValid: check(new Uint8Array(0)) !== undefined,
    read: (cursor) => {
      const end = readLength(cursor);
      const value = new Uint8Array(cursor.bytes.subarray(cursor.at, end));
      cursor.at = end;
      if (isChecked && check(value) === undefined) throw unfit(expected, `${value.length} bytes`);
      return value;
    },
    write: (out, value) => out.binary(value as Uint8Array),
  };
}

/** Numbers of values, 0 being kept for "unspecified" unless the contract says what it is. */
export function enumNumbers({ values }: EnumType): ReadonlyMap<string, number> {
  const taken = new Set(values.map(({ number }) => number));
  let next = 1;
  const free = () => {
    while (taken.has(next)) next++;
    return next++;
  };
  return new Map(values.map(({ value, number }) => [value, number ?? free()]));
}

function enumForm(type: EnumType): ScalarForm {
  const numbers = enumNumbers(type);
  const names = new Map<number, string>();
  // Of several names of one number (allow_alias) the first is the number's.
  for (const [name, number] of numbers) if (!names.has(number)) names.set(number, name);
  const own = compileScalarText(type);
  const { expected } = own;
  return {
    text: own,
    protoType: "enum",
    wireType: wire.varint,
    zero: names.get(0) ?? "0",
    isZeroValid: names.has(0) || type.open,
    read: (cursor) => {
      const number = readVarint(cursor) | 0;
      const name = names.get(number);
      if (name !== undefined) return name;
      // The spelling that JSON has for a number without a name, too.
      if (type.open) return String(number);
      throw unfit(expected, `the number ${number}`);
    },
    write: (out, value) => {
      const number = numbers.get(value as string) ?? numberOf(value as string);
      if (number === undefined) throw unfit(expected, JSON.stringify(value));
      out.varint64(number, number < 0 ? -1 : 0);
    },
  };
}

/** Of a value without a name. */
function numberOf(value: string): number | undefined {
  if (!/^-?\d{1,10}$/.test(value)) return undefined;
  const number = Number(value);
  return number === (number | 0) ? number : undefined;
}

function unfit(expected: string, found: string): ProtoRefusal {
  return new ProtoRefusal(`expected ${expected}, found ${found}`, "invalid-value");
}
