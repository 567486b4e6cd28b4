/** What tells one operation's requests from another's, where the address does not. */
import type { Operation } from "#contract/contract.ts";
import type { Column, TextLayout } from "#contract/text-layout.ts";

/** Differs for requests that are told apart by it; undefined: nothing always stands in them. */
export function signatureOf(layout: TextLayout): string | undefined {
  switch (layout.kind) {
    case "empty":
      return "nothing";
    case "xml":
      return `<${layout.root}>`;
    case "xml-rpc":
      return `method ${layout.method}`;
    case "pairs":
      return constantsOf(layout.columns, ({ name }) => name);
    case "lines": {
      const isFixed = layout.split.kind === "fixed";
      const columns = layout.records[0]?.columns ?? [];
      return constantsOf(columns, ({ start }, index) => `${isFixed ? start : index}`);
    }
  }
}

function constantsOf(
  columns: readonly Column[],
  placeOf: (column: Column, index: number) => string,
): string | undefined {
  const found = columns.flatMap((column, index) =>
    column.constant === undefined ? [] : [`${placeOf(column, index)}=${column.constant}`],
  );
  return found.length === 0 ? undefined : found.toSorted().join(" ");
}

/** Ids of operations at one address that an other one there is not told from. */
export function notToldApart(operations: readonly Operation[], isRaw: boolean): readonly string[] {
  const byAddress = Map.groupBy(operations, ({ id, text }) => {
    const { method = "", path = "" } = text?.http ?? {};
    return isRaw ? "" : `${method} ${path === "" ? `/${id}` : path}`;
  });
  return [...byAddress.values()].flatMap((there) => {
    if (there.length === 1) return [];
    const seen = new Set<string>();
    return there.flatMap(({ id, text }) => {
      const signature = text && signatureOf(text.request);
      if (signature === undefined || seen.has(signature)) return [id];
      seen.add(signature);
      return [];
    });
  });
}
