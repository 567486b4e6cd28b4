/** Enums of a contract in .proto: numbers as the codec has them, the one for 0 first. */
import { createNumbering } from "#contract/numbering.ts";
import type { EnumType } from "#contract/types.ts";
import { enumNumbers } from "#formats/protobuf/scalar-form.ts";
import { identifier, reservedWords } from "./proto-names.ts";

export interface EnumScope {
  /** Names of values are shared by all enums beside each other. */
  readonly taken: Set<string>;
  readonly lose: (code: string, what: string) => void;
  /** Told the names of its values in the file, by those of the contract. */
  readonly note: (names: ReadonlyMap<string, string>) => void;
}

/** @param name of the enum itself, without those that it stands in. */
export function describeEnum(
  { taken, lose, note }: EnumScope,
  name: string,
  type: EnumType,
): readonly string[] {
  const numbers = [...enumNumbers(type)];
  const prefix = upperSnake(name);
  const like = createLikeness(prefix);
  const valueName = (value: string): string => {
    const plain = identifier(value);
    const isFree = !reservedWords.has(plain) && !taken.has(plain);
    const wanted = isFree && plain === value ? plain : `${prefix}_${upperSnake(plain)}`;
    const made = like(wanted, taken);
    taken.add(made);
    if (made !== value) lose("enum-value-renamed", `the value ${value} of ${name} is ${made}`);
    return made;
  };
  const lines = numbers.map(([value, number]) => ({ value, line: valueName(value), number }));
  note(new Map(lines.map(({ value, line }) => [value, line])));
  if (!lines.some(({ number }) => number === 0)) {
    const unspecified = like(`${prefix}_UNSPECIFIED`, taken);
    taken.add(unspecified);
    lines.unshift({ value: "", line: unspecified, number: 0 });
  }
  if (!type.open) lose("enum-opened", `that ${name} has no other values`);
  const zeros = lines.filter(({ number }) => number === 0);
  const ordered = [...zeros, ...lines.filter(({ number }) => number !== 0)];
  const isAliased = new Set(lines.map(({ number }) => number)).size < lines.length;
  return [
    `enum ${name} {`,
    ...(isAliased ? ["  option allow_alias = true;"] : []),
    ...ordered.map(({ line, number }) => `  ${line} = ${number};`),
    "}",
  ];
}

/** protoc takes two values for the same that differ in case, underscores or the enum's name. */
function createLikeness(prefix: string): (wanted: string, taken: ReadonlySet<string>) => string {
  const number = createNumbering();
  const bare = prefix.replaceAll("_", "").toLowerCase();
  return (wanted, taken) => {
    const base = wanted.replaceAll("_", "").toLowerCase();
    const stripped = base.startsWith(bare) && base !== bare ? base.slice(bare.length) : base;
    let made = wanted + number(stripped).slice(stripped.length);
    while (taken.has(made)) made = `${wanted}_${number(stripped).slice(stripped.length)}`;
    return made;
  };
}

function upperSnake(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();
}
