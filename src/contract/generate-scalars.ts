/** Values of scalar types for the tests of contracts: ordinary, least, and odd ones. */
import { compileScalarText, type ScalarText } from "./check-scalar.ts";
import { samplePattern } from "./sample-pattern.ts";
import type { BytesType, DecimalType, EnumType, IntType, ScalarType, StringType } from "./types.ts";
import type { Value } from "./value.ts";

/** ordinary: as in a brochure; least: the shortest and smallest; odd: the largest and strangest. */
export type Style = "ordinary" | "least" | "odd";

const compiled = new WeakMap<ScalarType | EnumType, ScalarText>();

/** Undefined: none was found that the type takes. */
export function generateScalar(type: ScalarType | EnumType, style: Style): Value | undefined {
  let scalar = compiled.get(type);
  if (scalar === undefined) compiled.set(type, (scalar = compileScalarText(type)));
  if (type.kind === "bytes") return generateBytes(type, style);
  for (const text of candidates(type, style)) {
    const value = scalar.read(text);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The value of a lexical form, as defaults and fixed values are. */
export function valueOfText(type: ScalarType | EnumType, text: string): Value | undefined {
  return compileScalarText(type).read(text);
}

function candidates(type: Exclude<ScalarType, BytesType> | EnumType, style: Style): string[] {
  switch (type.kind) {
    case "bool":
      return [style === "least" ? "false" : "true"];
    case "int":
      return wholeNumbers(type, style);
    case "decimal":
      return decimals(type, style);
    case "float":
      return pick(style, ["1.5"], ["0"], ["-123456.75"]);
    case "string":
      return strings(type, style);
    case "date":
      return pick(
        style,
        ["2026-11-25", "2026-11-25Z"],
        ["0001-01-01", "0001-01-01Z"],
        ["2024-02-29+14:00", "2024-02-29"],
      );
    case "time":
      return pick(
        style,
        ["13:20:00", "13:20:00Z"],
        ["00:00:00", "00:00:00Z"],
        ["23:59:59.123456789-05:00", "23:59:59.123456789"],
      );
    case "dateTime":
      return pick(
        style,
        ["2026-11-25T13:20:00Z", "2026-11-25T13:20:00"],
        ["0001-01-01T00:00:00", "0001-01-01T00:00:00Z"],
        ["2024-02-29T23:59:59.123456789+05:30", "2024-02-29T23:59:59.123456789"],
      );
    case "duration":
      return pick(style, ["PT1H30M"], ["PT0S"], ["-P1Y2M3DT4H5M6.7S", "-P3DT4H5M6.7S"]);
    case "uri":
      return pick(style, ["https://example.org/a?b=c&d"], ["urn:a"], ["https://example.org/%20é"]);
    case "qname":
      return pick(style, ["{urn:example}name"], ["name"], ["{urn:example:other}n-1"]);
    case "uuid":
      return ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6"];
    case "enum": {
      const values = type.values.map(({ value }) => value);
      const first = type.open && values.length === 0 ? ["other"] : values.slice(0, 1);
      return style === "odd" ? values.slice(-1).concat(first) : first;
    }
  }
}

function pick(style: Style, ordinary: string[], least: string[], odd: string[]): string[] {
  const rest = [...ordinary, ...least, ...odd];
  return [...(style === "ordinary" ? ordinary : style === "least" ? least : odd), ...rest];
}

function wholeNumbers({ bits, signed, minimum, maximum }: IntType, style: Style): string[] {
  const width = bits === "big" ? 100n : BigInt(bits);
  const least = minimum ?? (signed ? -(2n ** (width - 1n)) : 0n).toString();
  const most = maximum ?? (2n ** (signed ? width - 1n : width) - 1n).toString();
  return pick(style, ["42", "7", "1"], [least, "0"], [most]);
}

function decimals(type: DecimalType, style: Style): string[] {
  const { digits, scale, minimum, maximum } = type;
  const behind = Math.min(scale ?? 20, digits ?? 40, 20);
  const before = Math.max(0, Math.min((digits ?? 40) - behind, 20));
  const fraction = behind > 0 ? `.${"1234567890".repeat(2).slice(0, behind)}` : "";
  const long = `${"9".repeat(before) || "0"}${fraction}`;
  const bounds = [minimum, maximum].flatMap((bound) =>
    bound === undefined ? [] : [bound, `${bound}.5`, String(Number(bound) + 0.5)],
  );
  return pick(style, ["12.50", "12.5", "12"], ["0", "1", "0.1", ...bounds], [long, ...bounds]);
}

const words = "Example text ";
const strange = `Grüße <&> "'ü" 日本 😀 `;

function strings(type: StringType, style: Style): string[] {
  const { lengthMin = 0, lengthMax = Infinity, pattern, patternDialect = "ecma" } = type;
  const fit = (text: string): string => {
    const characters = Array.from(text);
    const wanted = Math.min(Math.max(characters.length, lengthMin), lengthMax, 100_000);
    while (characters.length < wanted) characters.push("x");
    // White space at the ends may be collapsed, which is the facet's doing and no loss.
    return characters.slice(0, wanted).join("").replace(/ $/, "x");
  };
  const samples = [pattern, ...(type.patternsAlso ?? [])].flatMap((one) => {
    if (one === undefined) return [];
    const sizes = [lengthMin, 0, 1].map((size) => samplePattern(one, patternDialect, size));
    return sizes.filter((text) => text !== undefined);
  });
  const usual = pick(style, [fit(words.trim())], [fit("a")], [fit(strange.trim())]);
  return [...samples, ...usual, ...formats];
}

/** Shapes that patterns often ask for. */
const formats = [
  "A1",
  "abc",
  "ABC",
  "a-b",
  "2026-11-25",
  "12:00",
  "DE",
  "EUR",
  "1.0",
  "a@example.org",
];

function generateBytes({ lengthMin = 0, lengthMax = Infinity }: BytesType, style: Style): Value {
  const wanted = style === "ordinary" ? 5 : style === "least" ? 0 : 16;
  const length = Math.min(Math.max(wanted, lengthMin), lengthMax, 1_000_000);
  return Uint8Array.from({ length }, (_, index) => (style === "odd" ? 255 - index : index + 65));
}
