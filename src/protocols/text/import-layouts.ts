/** Declared messages to layouts; what cannot be is told with its place. */
import type { LineRecord, LinesLayout, PairsLayout, TextLayout } from "#contract/text-layout.ts";
import type { DeclaredField, DeclaredMessage, DeclaredRecord } from "./declared.ts";
import {
  importColumns,
  joined,
  type ColumnScope,
  type Path,
  type TypeOf,
} from "./import-columns.ts";

export interface LayoutScope extends Pick<ColumnScope, "error" | "lacking"> {
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
      if (message.fields ?? message.records) {
        scope.error(path, "wrong-shape", "an empty message has no fields");
      }
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
  checkCharset(scope, separator, [...path, "separator"]);
  const end = lineEnds[lineEnd ?? scope.lineEnd];
  return {
    kind: "pairs",
    style: format === "form" ? "form" : "lines",
    separator,
    lineEnd: end === "" ? "\n" : end,
    endsLast: message.endsLast ?? !scope.isFramedByLines,
    columns: importColumns({ ...scope, typeOf, within: "", shape: "pairs" }, fields, [
      ...path,
      "fields",
    ]),
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
  } else if (records !== undefined && rows !== undefined) {
    scope.error([...path, "rows"], "wrong-shape", "`rows` is for `fields`, not for `records`");
  }
  checkCharset(scope, `${delimiter}${message.quote}`, [...path, "delimiter"]);
  if (declared === "" && !isFixed) {
    const told = "only lines of fixed width can follow each other without line ends";
    scope.error([...path, "lineEnd"], "wrong-shape", told);
  }
  const shape = isFixed ? "fixed" : "row";
  const own: LineRecord[] = [];
  if (fields !== undefined) {
    const at = [...path, "fields"];
    const columns = importColumns({ ...scope, typeOf, within: rows ?? "", shape }, fields, at);
    own.push({ field: rows, occurs: rows === undefined ? "once" : "many", columns });
  }
  const inside: ColumnScope = { ...scope, typeOf, within: "", shape };
  own.push(...importRecords(scope, inside, records ?? [], [...path, "records"]));
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

function importRecords(
  scope: LayoutScope,
  columns: ColumnScope,
  records: readonly DeclaredRecord[],
  path: Path,
): readonly LineRecord[] {
  return records.map(({ name, occurs, fields, records: within }, index): LineRecord => {
    const at = [...path, index];
    const inside = { ...columns, within: joined(columns.within, name) };
    checkCounts(scope, fields, records, [...at, "fields"]);
    const own = importColumns(inside, fields, [...at, "fields"]);
    if (within === undefined) return { field: name, occurs, columns: own };
    const nested = importRecords(scope, inside, within, [...at, "records"]);
    for (const one of [{ field: name, columns: own }, ...nested]) {
      if (one.columns.some(({ constant }) => constant !== undefined)) continue;
      const told = `lines of \`${one.field}\` cannot be told apart; they need a \`const\``;
      scope.error(at, "not-told-apart", told);
    }
    return { field: name, occurs, columns: own, records: nested };
  });
}

function checkCounts(
  { error }: LayoutScope,
  fields: readonly DeclaredField[],
  records: readonly DeclaredRecord[],
  path: Path,
): void {
  for (const [index, { count }] of fields.entries()) {
    const isThere = records.some(({ name, occurs }) => name === count && occurs === "many");
    if (count === undefined || isThere) continue;
    const told = `there are no records \`${count}\` that may occur many times`;
    error([...path, index, "count"], "no-field", told);
  }
}

function checkCharset({ error, lacking }: LayoutScope, text: string, path: Path): void {
  const character = lacking(text);
  if (character === undefined) return;
  error(path, "not-in-charset", `the charset has no ${JSON.stringify(character)}`);
}
