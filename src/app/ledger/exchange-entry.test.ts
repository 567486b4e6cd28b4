import assert from "node:assert/strict";
import { test } from "node:test";
import { fields, listedTextBytesMax, type Field, type FieldName } from "#ledger/entry/fields.ts";
import { commonOptional, commonRequired, kinds } from "#ledger/entry/kinds.ts";
import { exchangeEntryBytesMax } from "./exchange-entry.ts";

/** With its key, at its longest. */
function sizeOf({ type, max = 0 }: Field): number {
  switch (type) {
    case "text":
      return 2 + 3 + max;
    case "texts":
      return 2 + 3 + max * (2 + listedTextBytesMax);
    case "ids":
    case "keys":
      return 2 + 3 + max * 17;
    default:
      return 2 + 34;
  }
}

test("the room that is reserved for the entry of an exchange is enough for the longest", () => {
  const { required, optional } = kinds.exchange;
  const names: readonly FieldName[] = [
    ...commonRequired,
    ...commonOptional,
    ...required,
    ...optional,
  ];
  const longest = names.reduce((bytes, name) => bytes + sizeOf(fields[name]), 2);
  assert.ok(longest <= exchangeEntryBytesMax, `${longest} bytes`);
});
