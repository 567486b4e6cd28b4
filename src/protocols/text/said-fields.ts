/** Which fields of a message its layout says, and which of a value it would leave out. */
import type { Column, TextLayout } from "#contract/text-layout.ts";
import { isRecord, type ValueRecord } from "#contract/value.ts";

/** Paths of the fields that a layout says; undefined: all that there are. */
export function namesIn(layout: TextLayout): readonly string[] | undefined {
  const ofColumns = (columns: readonly Column[]): readonly string[] =>
    columns.flatMap(({ field }) => field ?? []);
  switch (layout.kind) {
    case "pairs":
      return ofColumns(layout.columns);
    case "lines":
      return layout.records.flatMap(({ field, columns }) =>
        field === undefined ? ofColumns(columns) : [field],
      );
    case "empty":
      return [];
    case "xml":
    case "xml-rpc":
      return undefined;
  }
}

/** The first field of a value that has no place in the layout; undefined: all have one. */
export function unsaidField(layout: TextLayout, value: ValueRecord): string | undefined {
  const said = namesIn(layout);
  return said === undefined ? undefined : unsaidIn(new Set(said), value, "");
}

function unsaidIn(
  said: ReadonlySet<string>,
  value: ValueRecord,
  prefix: string,
): string | undefined {
  for (const [name, own] of Object.entries(value)) {
    const path = prefix + name;
    if (said.has(path)) continue;
    const isWithin = [...said].some((one) => one.startsWith(`${path}.`));
    const unsaid = isWithin && isRecord(own) ? unsaidIn(said, own, `${path}.`) : path;
    if (unsaid !== undefined) return unsaid;
  }
  return undefined;
}
