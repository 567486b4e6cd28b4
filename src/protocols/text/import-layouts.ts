/** Declared messages to layouts; what cannot be is told with its place. */
import type {
  Column,
  LineRecord,
  LinesLayout,
  PairsLayout,
  TextLayout,
} from "#contract/text-layout.ts";
import { checkPicture } from "#formats/delimited-text/picture.ts";
import type { ScalarType, EnumType } from "#contract/types.ts";
import type { DeclaredField, DeclaredMessage } from "./declared.ts";

export type Path = readonly (string | number)[];

/** The scalar that a field holds, by its path in the message; undefined: it is none, or unknown. */
export type TypeOf = (
  path: string,
) =>
  | { readonly type: ScalarType | EnumType; readonly optional: boolean; readonly repeats: boolean }
  | undefined;

export interface LayoutScope {
  readonly error: (path: Path, code: string, message: string, suggestion?: string) => void;
  readonly lineEnd: "lf" | "crlf" | "cr";
  /** Whether lines are what tells messages apart. */
  readonly isFramedByLines: boolean;
  readonly operation: string;
  readonly side: "request" | "answer";
}

const lineEnds = { lf: "\n", crlf: "\r\n", cr: "\r", none: "" } as const;

export function importLayout(
  scope: LayoutScope,
  message: DeclaredMessage,
  path: Path,
  typeOf: TypeOf,
): TextLayout {
  const { format } = message;
  switch (format) {
    case "empty":
      return { kind: "empty" };
    case "xml":
      return { kind: "xml", root: message.root ?? scope.side };
    case "xml-rpc":
      return xmlRpc(scope, message);
    case "key-value":
    case "form":
      return pairs(scope, message, path, typeOf);
    default:
      return lines(scope, message, path, typeOf);
  }
}

function xmlRpc({ side, operation }: LayoutScope, message: DeclaredMessage): TextLayout {
  const names = (message.fields ?? []).flatMap(({ name }) => name ?? []);
  const single = message.rows === undefined ? names : [message.rows];
  const isStruct = message.struct ?? (side === "answer" && single.length > 1);
  const params = isStruct ? undefined : single;
  return {
    kind: "xml-rpc",
    method: side === "request" ? (message.method ?? operation) : undefined,
    params,
  };
}

function pairs(
  scope: LayoutScope,
  message: DeclaredMessage,
  path: Path,
  typeOf: TypeOf,
): PairsLayout {
  const { format, separator, lineEnd, fields = [] } = message;
  if (message.records !== undefined || message.rows !== undefined) {
    const told = `\`${format}\` has no lines of several kinds; expected \`fields\` alone`;
    scope.error(path, "wrong-shape", told);
  }
  const end = lineEnds[lineEnd ?? scope.lineEnd];
  return {
    kind: "pairs",
    style: format === "form" ? "form" : "lines",
    separator,
    lineEnd: end === "" ? "\n" : end,
    endsLast: message.endsLast ?? !scope.isFramedByLines,
    columns: columnsOf(scope, fields, [...path, "fields"], typeOf, "", false, true),
  };
}

function lines(
  scope: LayoutScope,
  message: DeclaredMessage,
  path: Path,
  typeOf: TypeOf,
): LinesLayout {
  const { format, fields, records, rows } = message;
  const isFixed = format === "fixed-width";
  const declared = lineEnds[message.lineEnd ?? scope.lineEnd];
  const delimiter = message.delimiter ?? (format === "csv" ? "," : "|");
  if ((fields === undefined) === (records === undefined)) {
    scope.error(path, "wrong-shape", "expected either `fields` or `records`");
  }
  if (declared === "" && !isFixed) {
    const told = "only lines of fixed width can follow each other without line ends";
    scope.error([...path, "lineEnd"], "wrong-shape", told);
  }
  const own: LineRecord[] = [];
  if (fields !== undefined) {
    const at = [...path, "fields"];
    const columns = columnsOf(scope, fields, at, typeOf, rows ?? "", isFixed);
    own.push({ field: rows, occurs: rows === undefined ? "once" : "many", columns });
  }
  for (const [index, record] of (records ?? []).entries()) {
    const at = [...path, "records", index, "fields"];
    const columns = columnsOf(scope, record.fields, at, typeOf, record.name, isFixed);
    own.push({ field: record.name, occurs: record.occurs, columns });
  }
  checkToldApart(scope, own, [...path, "records"]);
  const header = message.header ?? false;
  if (header && (format === "fixed-width" || records !== undefined)) {
    const told = "a line that names the columns is only for `csv` and `delimited` with `fields`";
    scope.error([...path, "header"], "wrong-shape", told);
  }
  return {
    kind: "lines",
    split: isFixed
      ? { kind: "fixed" }
      : { kind: "delimited", delimiter, quote: format === "csv" ? message.quote : undefined },
    lineEnd: declared,
    endsLast: (message.endsLast ?? !scope.isFramedByLines) && declared !== "",
    header,
    records: own,
  };
}

/** Lines that may be missing must be seen not to be those that follow them. */
function checkToldApart(scope: LayoutScope, records: readonly LineRecord[], path: Path): void {
  for (const [index, { occurs, columns, field }] of records.entries()) {
    const isSeen = columns.some(({ constant }) => constant !== undefined);
    const follows = records.slice(index + 1);
    if (occurs === "once" || isSeen || follows.every((one) => one.occurs === "once")) continue;
    const told = `where \`${field}\` ends cannot be seen; give its lines a field with \`const\``;
    scope.error([...path, index], "not-told-apart", told);
  }
}

function columnsOf(
  scope: LayoutScope,
  fields: readonly DeclaredField[],
  path: Path,
  typeOf: TypeOf,
  within: string,
  isFixed: boolean,
  allowsMany = false,
): readonly Column[] {
  let next = 0;
  const taken: { readonly start: number; readonly end: number; readonly name: string }[] = [];
  return fields.map((field, index): Column => {
    const at = [...path, index];
    const column = importColumn(scope, field, at, typeOf, within, next, allowsMany);
    if (isFixed) {
      if (column.length === 0) {
        scope.error(at, "missing-length", `\`${column.name}\` needs a \`length\``);
      }
      const end = column.start + column.length;
      const other = taken.find((one) => one.start < end && column.start < one.end);
      if (other !== undefined) {
        const told = `\`${column.name}\` stands where \`${other.name}\` stands`;
        scope.error([...at, "start"], "overlapping-fields", told);
      }
      taken.push({ start: column.start, end, name: column.name });
      next = end;
    }
    return column;
  });
}

function importColumn(
  scope: LayoutScope,
  field: DeclaredField,
  at: Path,
  typeOf: TypeOf,
  within: string,
  next: number,
  allowsMany: boolean,
): Column {
  const { name, as, const: constant, count, length = constant?.length ?? 0 } = field;
  const found =
    name === undefined || constant !== undefined || count !== undefined
      ? undefined
      : typeOf(within === "" ? name : `${within}.${name}`);
  const isValue = found !== undefined;
  if (found?.repeats === true && !allowsMany) {
    const told = `\`${name}\` is a list, and a column holds one value`;
    scope.error(at, "wrong-shape", told, "give it lines of its own: `records` or `rows`");
  }
  if (!isValue && name === undefined && constant === undefined && count === undefined) {
    // A filler: nothing of the message stands there.
  } else if (!isValue && constant === undefined && count === undefined) {
    scope.error(at, "no-field", `there is no field \`${name}\` that one text could say`);
  }
  const kind = found?.type.kind;
  const isNumber = kind === "int" || kind === "decimal" || count !== undefined;
  checkFor(scope, field, at, found?.type);
  const { words, picture, decimals, sign } = field;
  return {
    field: isValue ? name : undefined,
    name: as ?? name ?? constant ?? "filler",
    ...(constant === undefined ? {} : { constant }),
    start: field.start === undefined ? next : field.start - 1,
    length,
    align: field.align ?? (isNumber ? "right" : "left"),
    pad: field.pad ?? (isNumber ? "0" : " "),
    sign,
    ...(decimals === undefined ? {} : { decimals }),
    ...(picture === undefined ? {} : { picture }),
    ...(words === undefined ? {} : { words }),
    blank: field.blank ?? usualBlank(found),
    ...(count === undefined ? {} : { countOf: count }),
  };
}

function usualBlank(found: ReturnType<TypeOf>): Column["blank"] {
  if (found === undefined) return "absent";
  if (found.optional) return "absent";
  return found.type.kind === "string" ? "empty" : "refused";
}

function checkFor(
  { error }: LayoutScope,
  {
    picture,
    decimals,
    words,
    values,
    blank,
    constant,
    length,
  }: DeclaredField & {
    readonly constant?: string;
  },
  at: Path,
  type: ScalarType | EnumType | undefined,
): void {
  if (type === undefined) return;
  const { kind } = type;
  if (picture !== undefined) {
    const isMoment = kind === "date" || kind === "time" || kind === "dateTime";
    if (!isMoment || !checkPicture(picture, kind)) {
      const told = `${JSON.stringify(picture)} is no picture of a ${kind}`;
      error([...at, "picture"], "bad-picture", told, "such as yyyyMMdd, HH:mm:ss");
    }
  }
  if (decimals !== undefined && kind !== "decimal") {
    error([...at, "decimals"], "wrong-type", `\`decimals\` is for \`type: decimal\` alone`);
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
  if (constant !== undefined && length !== undefined && constant.length > length) {
    error([...at, "const"], "too-long", `the text is longer than its field`);
  }
}
