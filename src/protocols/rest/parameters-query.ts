/** Values as `name=value` pairs: queries, cookies and forms. */
import type { Value, ValueRecord } from "#contract/value.ts";
import type { RestParameter } from "#contract/contract.ts";
import {
  checkCount,
  memberNames,
  readFlat,
  readMembers,
  readText,
  refuse,
  writeFlat,
  writeItem,
  writtenMembers,
  type FlatStyle,
  type Subject,
} from "./parameters-flat.ts";
import { percentEncode, type Pair } from "./percent.ts";
import type { Shape } from "./text-codec.ts";

export interface PairedValue {
  readonly name: string;
  readonly style: RestParameter["style"];
  readonly explode: boolean;
  readonly shape: Shape;
  readonly subject: Subject;
}

type Decode = (raw: string) => string | undefined;

/** Undefined: absent. What was read is added to `used`. */
export function readPairs(
  paired: PairedValue,
  pairs: readonly Pair[],
  claimed: ReadonlySet<string>,
  used: Set<Pair>,
  decode: Decode,
): Value | undefined {
  const { name, style, explode, shape, subject } = paired;
  const isMembers = shape.kind === "record" || shape.kind === "map";
  if (isMembers && (style === "deepObject" || explode)) {
    return readSpread(paired, shape, pairs, claimed, used, decode);
  }
  const own = pairs.filter((pair) => pair.name === name);
  const [first] = own;
  if (first === undefined) return undefined;
  for (const pair of own) used.add(pair);
  if (shape.kind === "list" && explode) {
    return checkCount(
      subject,
      shape,
      own.map(({ raw }) => readText(subject, shape.item, decode(raw))),
    );
  }
  if (own.length > 1) refuse(subject, "it stands here twice", "duplicate-member");
  return readFlat(subject, shape, first.raw, flatStyle(style, decode));
}

function readSpread(
  { name, style, subject }: PairedValue,
  shape: Shape & { kind: "record" | "map" },
  pairs: readonly Pair[],
  claimed: ReadonlySet<string>,
  used: Set<Pair>,
  decode: Decode,
): Value | undefined {
  const names = shape.kind === "record" ? memberNames(shape.members) : undefined;
  const entries: [string, string][] = [];
  for (const pair of pairs) {
    const key = style === "deepObject" ? insideBrackets(pair.name, name) : pair.name;
    if (key === undefined) continue;
    const isOwn =
      style === "deepObject" || (names === undefined ? !claimed.has(key) : names.has(key));
    if (!isOwn) continue;
    const text = decode(pair.raw);
    if (text === undefined) return refuse(subject, "its percent-encoding is broken");
    used.add(pair);
    entries.push([key, text]);
  }
  return entries.length === 0 ? undefined : readMembers(subject, shape, entries);
}

/** `color[R]` is the member R of color. */
function insideBrackets(text: string, name: string): string | undefined {
  if (!text.startsWith(`${name}[`) || !text.endsWith("]")) return undefined;
  return text.slice(name.length + 1, -1);
}

function flatStyle(style: RestParameter["style"], decode: Decode): FlatStyle {
  const common = { encode: percentEncode, decode, paired: false };
  if (style === "spaceDelimited") return { ...common, delimiter: "%20", separator: /%20|\+/ };
  if (style === "pipeDelimited") return { ...common, delimiter: "%7C", separator: /%7C|\|/i };
  return { ...common, delimiter: "," };
}

/** Encoding does not tell a delimiter from the same characters in an item. */
function parted(subject: Subject, flat: FlatStyle): FlatStyle {
  const { separator, encode } = flat;
  if (separator === undefined) return flat;
  const strict = (text: string): string => {
    const raw = encode(text);
    if (!separator.test(raw)) return raw;
    return refuse(subject, "an item holds the delimiter of its list", "not-representable");
  };
  return { ...flat, encode: strict };
}

/** Names are not encoded yet, values are. */
export function writePairs(
  { name, style, explode, shape, subject }: PairedValue,
  value: Value,
): readonly (readonly [name: string, raw: string])[] {
  if (value === null) return [];
  if (shape.kind === "list" && explode) {
    const items = value as readonly Value[];
    return items.map((item) => [name, percentEncode(writeItem(subject, shape.item, item))]);
  }
  if ((shape.kind === "record" || shape.kind === "map") && (style === "deepObject" || explode)) {
    return writtenMembers(subject, shape, value as ValueRecord).map(([key, text]) => {
      return [style === "deepObject" ? `${name}[${key}]` : key, percentEncode(text)] as const;
    });
  }
  const flat = parted(
    subject,
    flatStyle(style, (text) => text),
  );
  return [[name, writeFlat(subject, shape, value, flat)]];
}
