/** A parameter's codec: where it stands, and how its style spells it (OpenAPI, RFC 6570). */
import type { Contract, RestParameter } from "#contract/contract.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import type { MemberStep } from "#contract/member-path.ts";
import type { Field, Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { escapePointer } from "#formats/json/place.ts";
import { decodeFieldText, encodeFieldText } from "./header-text.ts";
import { readFlat, refuse, writeFlat, type FlatStyle, type Subject } from "./parameters-flat.ts";
import { readPairs, writePairs } from "./parameters-query.ts";
import { formDecode, percentDecode, percentEncode, type Pair } from "./percent.ts";
import { compileShape, jsonText, type Shape } from "./text-codec.ts";

export interface ParameterCodec {
  readonly parameter: RestParameter;
  readonly field: Field;
  /** Where the value is in the input, if it is no field of it but a member inside of one. */
  readonly steps?: readonly MemberStep[];
  readonly shape: Shape;
  readonly subject: Subject;
  /** Of text beyond ASCII in a header; absent: UTF-8. */
  readonly fieldSpelling?: "utf-8" | "extended";
}

export function compileParameter(
  contract: Contract,
  parameter: RestParameter,
  field: Field,
  steps?: readonly MemberStep[],
): ParameterCodec {
  const { name, in: where, content } = parameter;
  const keys = steps?.map(({ key }) => key) ?? [field.name];
  const place = keys.map((key) => `/${escapePointer(key)}`).join("");
  return {
    parameter,
    field,
    ...(steps === undefined ? {} : { steps }),
    shape: shapeOf(contract, field.type, content === "json"),
    subject: { what: `the ${where} parameter \`${name}\``, place },
  };
}

function shapeOf(contract: Contract, type: Type, asJson: boolean): Shape {
  return asJson ? { kind: "single", text: jsonText(contract, type) } : compileShape(contract, type);
}

const encoded = { encode: percentEncode, decode: percentDecode } as const;

/** @param raw the text that stands in the path for the parameter, as it came. */
export function readPathParameter(codec: ParameterCodec, raw: string): Value {
  const { parameter, shape, subject } = codec;
  const { style, explode, name } = parameter;
  switch (style) {
    case "label": {
      if (!raw.startsWith(".")) return refuse(subject, "expected a `.` before the value");
      const delimiter = explode ? "." : ",";
      return readFlat(subject, shape, raw.slice(1), { delimiter, paired: explode, ...encoded });
    }
    case "matrix": {
      if (!raw.startsWith(";")) return refuse(subject, "expected a `;` before the value");
      const pieces = raw.slice(1).split(";");
      if (explode && (shape.kind === "record" || shape.kind === "map")) {
        const flat = { delimiter: ";", paired: true, ...encoded };
        return readFlat(subject, shape, raw.slice(1), flat);
      }
      const values = pieces.map((piece) => {
        if (piece === name) return "";
        if (piece.startsWith(`${name}=`)) return piece.slice(name.length + 1);
        return refuse(subject, `expected \`;${name}=\``);
      });
      if (values.length > 1 && !(explode && shape.kind === "list")) {
        return refuse(subject, "it stands here twice");
      }
      return readFlat(subject, shape, values.join(","), simple(false));
    }
    default:
      return readFlat(subject, shape, raw, simple(explode));
  }
}

function simple(explode: boolean): FlatStyle {
  return { delimiter: ",", paired: explode, ...encoded };
}

export function writePathParameter(codec: ParameterCodec, value: Value): string {
  const { subject } = codec;
  const text = writePathText(codec, value);
  // What servers take for a step in the path, or cannot see, must not come from a value.
  if (text === "" || text === "." || text === "..") {
    const shown = text === "" ? "an empty text" : `\`${text}\``;
    refuse(subject, `${shown} cannot stand in a path`, "not-representable");
  }
  return text;
}

function writePathText({ parameter, shape, subject }: ParameterCodec, value: Value): string {
  const { style, explode, name } = parameter;
  const isMembers = shape.kind === "record" || shape.kind === "map";
  if (style === "label") {
    const delimiter = explode ? "." : ",";
    const flat = { delimiter, paired: explode, encode: encodeDots, decode: percentDecode };
    return `.${writeFlat(subject, shape, value, flat)}`;
  }
  if (style === "matrix") {
    if (explode && isMembers) {
      const flat = { delimiter: ";", paired: true, ...encoded };
      return `;${writeFlat(subject, shape, value, flat)}`;
    }
    const text = writeFlat(subject, shape, value, simple(false));
    if (!explode || shape.kind !== "list") return `;${name}=${text}`;
    return text
      .split(",")
      .map((item) => `;${name}=${item}`)
      .join("");
  }
  return writeFlat(subject, shape, value, simple(explode));
}

/** With style label a point in a value would part it. */
function encodeDots(text: string): string {
  return percentEncode(text).replaceAll(".", "%2E");
}

/** @param claimed names of the query that belong to other parameters. */
export function readQueryParameter(
  codec: ParameterCodec,
  pairs: readonly Pair[],
  claimed: ReadonlySet<string>,
  used: Set<Pair>,
): Value | undefined {
  const { parameter, shape, subject } = codec;
  return readPairs({ ...parameter, shape, subject }, pairs, claimed, used, formDecode);
}

export function writeQueryParameter(codec: ParameterCodec, value: Value): readonly string[] {
  const { parameter, shape, subject } = codec;
  return writePairs({ ...parameter, shape, subject }, value).map(([name, raw]) => {
    return `${percentEncode(name)}=${raw}`;
  });
}

/** Items are parted before they are decoded: a comma in an ext-value is encoded. */
const trimmed = {
  delimiter: ",",
  separator: /[ \t]*,[ \t]*/,
  decode: decodeFieldText,
} as const;

export function readHeaderParameter(codec: ParameterCodec, text: string): Value {
  const { parameter, shape, subject } = codec;
  return readFlat(subject, shape, text, {
    ...trimmed,
    encode: (part) => part,
    paired: parameter.explode,
  });
}

export function writeHeaderParameter(codec: ParameterCodec, value: Value): string {
  const { parameter, shape, subject, fieldSpelling = "utf-8" } = codec;
  const isJson = parameter.content === "json";
  const encode = (part: string): string => {
    const parts = shape.kind !== "single" && /[,=]|^[ \t]|[ \t]$/.test(part);
    const isRefused = parts && fieldSpelling === "utf-8";
    const ready = isJson ? escapeJson(part) : part;
    const written = isRefused ? undefined : encodeFieldText(ready, fieldSpelling, parts);
    if (written !== undefined) return written;
    const held = parts
      ? "commas, equals signs or outer spaces"
      : "line ends, controls or outer spaces";
    const message = `a value with ${held} cannot stand in a header; expected text without them`;
    return refuse(subject, message, "not-representable");
  };
  return writeFlat(subject, shape, value, { ...trimmed, encode, paired: parameter.explode });
}

/** Outside of its strings JSON is ASCII anyway. */
function escapeJson(text: string): string {
  return text.replaceAll(/[\u007f-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Cookies as pairs (RFC 6265 §4.2.1). */
export function parseCookies(header: string): readonly Pair[] {
  return header.split(";").flatMap((part) => {
    const equals = part.indexOf("=");
    if (equals < 0) return [];
    return [{ name: part.slice(0, equals).trim(), raw: part.slice(equals + 1).trim() }];
  });
}

export function readCookieParameter(
  codec: ParameterCodec,
  pairs: readonly Pair[],
  claimed: ReadonlySet<string>,
): Value | undefined {
  const { parameter, shape, subject } = codec;
  const decode = (text: string): string => percentDecode(text) ?? text;
  return readPairs({ ...parameter, shape, subject }, pairs, claimed, new Set(), decode);
}

export function writeCookieParameter(codec: ParameterCodec, value: Value): readonly string[] {
  const { parameter, shape, subject } = codec;
  return writePairs({ ...parameter, shape, subject }, value).map(([name, raw]) => {
    return `${name}=${raw}`;
  });
}

export function missing({ subject }: ParameterCodec): DocumentFailure {
  const { what, place } = subject;
  const message = `${what} is missing`;
  return new DocumentFailure({ kind: "fault", code: "missing-member", place, message });
}
