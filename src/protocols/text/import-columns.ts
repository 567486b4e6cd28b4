/** Declared fields of a line, or of pairs, to columns; what cannot be is told with its place. */
import { checkPicture } from "#formats/delimited-text/picture.ts";
import type { Column } from "#contract/text-layout.ts";
import type { EnumType, ScalarType } from "#contract/types.ts";
import type { DeclaredField } from "./declared.ts";

export type Path = readonly (string | number)[];

export interface FoundScalar {
  readonly type: ScalarType | EnumType;
  readonly optional: boolean;
  /** Whether it is the item of a list. */
  readonly repeats: boolean;
}

/** The scalar that a field holds, by its path in the message; undefined: it is none, or unknown. */
export type TypeOf = (path: string) => FoundScalar | undefined;

export interface ColumnScope {
  readonly error: (path: Path, code: string, message: string, suggestion?: string) => void;
  /** The first character of a text that the charset lacks. */
  readonly lacking: (text: string) => string | undefined;
  readonly typeOf: TypeOf;
  /** Path of the record that the columns are of; "": the message. */
  readonly within: string;
  readonly shape: "fixed" | "row" | "pairs";
}

export function importColumns(
  scope: ColumnScope,
  fields: readonly DeclaredField[],
  path: Path,
): readonly Column[] {
  let next = 0;
  const before: Column[] = [];
  return fields.map((field, index): Column => {
    const column = importColumn(scope, field, [...path, index], next);
    checkBeside(scope, column, before, [...path, index]);
    before.push(column);
    next = column.start + column.length;
    return column;
  });
}

function importColumn(scope: ColumnScope, field: DeclaredField, at: Path, next: number): Column {
  const { name, as, const: constant, count, length = constant?.length ?? 0 } = field;
  const isValue = name !== undefined && constant === undefined && count === undefined;
  const found = isValue ? scope.typeOf(joined(scope.within, name)) : undefined;
  if (isValue && found === undefined) {
    scope.error(at, "no-field", `there is no field \`${name}\` that one text could say`);
  }
  checkShape(scope, field, at, found);
  if (found !== undefined) checkFor(scope, field, at, found.type);
  const kind = found?.type.kind;
  const isNumber = kind === "int" || kind === "decimal" || count !== undefined;
  const { words, picture, decimals, sign, plus } = field;
  return {
    field: isValue ? name : undefined,
    name: as ?? name ?? constant ?? "filler",
    ...(constant === undefined ? {} : { constant }),
    start: field.start === undefined ? next : field.start - 1,
    length,
    align: field.align ?? (isNumber ? "right" : "left"),
    pad: field.pad ?? (isNumber ? "0" : " "),
    sign,
    ...(plus === true ? { plus } : {}),
    ...(decimals === undefined ? {} : { decimals }),
    ...(picture === undefined ? {} : { picture }),
    ...(words === undefined ? {} : { words }),
    blank: field.blank ?? usualBlank(found),
    ...(count === undefined ? {} : { countOf: count }),
  };
}

/** Path of a field in a record; "": the message. */
export function joined(within: string, name: string): string {
  return within === "" ? name : `${within}.${name}`;
}

function usualBlank(found: FoundScalar | undefined): Column["blank"] {
  if (found === undefined || found.optional) return "absent";
  return found.type.kind === "string" ? "empty" : "refused";
}

function checkBeside(
  { error, shape }: ColumnScope,
  { name, field, start, length }: Column,
  before: readonly Column[],
  at: Path,
): void {
  const isNamed = shape === "pairs" || field !== undefined;
  const twin = before.find((one) =>
    shape === "pairs" ? one.name === name : one.field !== undefined && one.field === field,
  );
  if (isNamed && twin !== undefined) {
    error(at, "repeated-field", `\`${name}\` stands twice`);
  }
  if (shape !== "fixed") return;
  if (length === 0) error(at, "missing-length", `\`${name}\` needs a \`length\``);
  const other = before.find((one) => {
    return one.start < start + length && start < one.start + one.length;
  });
  if (other === undefined) return;
  const told = `\`${name}\` stands where \`${other.name}\` stands`;
  error([...at, "start"], "overlapping-fields", told);
}

/** What depends on how the message is written, not on what the field holds. */
function checkShape(
  { error, lacking, shape }: ColumnScope,
  { name, as, const: constant, count, length, pad, words }: DeclaredField,
  at: Path,
  found: FoundScalar | undefined,
): void {
  if (found?.repeats === true && shape !== "pairs") {
    const told = `\`${name}\` is a list, and a column holds one value`;
    error(at, "wrong-shape", told, "give it lines of its own: `records` or `rows`");
  }
  if (count !== undefined && shape === "pairs") {
    error([...at, "count"], "wrong-shape", "there are no lines that could be counted");
  }
  if (shape === "fixed" && constant !== undefined && constant.length > (length ?? Infinity)) {
    error([...at, "const"], "too-long", "the text is longer than its field");
  }
  const written = [constant, pad, shape === "fixed" ? "" : as, ...Object.values(words ?? {})];
  const missing = lacking(written.join(""));
  if (missing === undefined) return;
  error(at, "not-in-charset", `the charset has no ${JSON.stringify(missing)}`);
}

function checkFor(
  { error }: ColumnScope,
  { picture, decimals, sign, plus, words, values, blank }: DeclaredField,
  at: Path,
  { kind }: ScalarType | EnumType,
): void {
  if (picture !== undefined) {
    const isMoment = kind === "date" || kind === "time" || kind === "dateTime";
    if (!isMoment || !checkPicture(picture, kind)) {
      const told = `${JSON.stringify(picture)} is no picture of a ${kind}`;
      error([...at, "picture"], "bad-picture", told, "such as yyyyMMdd, HH:mm:ss");
    }
  }
  if (decimals !== undefined && kind !== "decimal") {
    error([...at, "decimals"], "wrong-type", "`decimals` is for `type: decimal` alone");
  }
  if (plus === true && kind !== "decimal" && kind !== "int") {
    error([...at, "plus"], "wrong-type", "`plus` is for numbers alone");
  }
  if (plus === true && sign === "overpunch") {
    error([...at, "plus"], "wrong-type", "an overpunched digit has its sign already");
  }
  if (words !== undefined) {
    const written = Object.values(words);
    if (new Set(written).size < written.length) {
      error([...at, "words"], "repeated-word", "two values are written alike");
    }
    const missing = values?.find((value) => !Object.hasOwn(words, value));
    if (missing !== undefined) {
      error([...at, "words"], "missing-word", `no word is given for ${JSON.stringify(missing)}`);
    }
  }
  if (blank === "empty" && kind !== "string") {
    error([...at, "blank"], "wrong-type", "only a text can be empty");
  }
}
