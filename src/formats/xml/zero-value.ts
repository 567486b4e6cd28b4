/** What a field with implicit presence holds when it was not sent (proto3). */
import type { Contract } from "#contract/contract.ts";
import type { Type } from "#contract/types.ts";
import { createRecord, type Value } from "#contract/value.ts";
import { resolveType } from "./bindings.ts";

/** Undefined where a type has no zero: such a field stays absent. */
export function zeroValue(contract: Contract, type: Type): Value | undefined {
  const { type: resolved } = resolveType(contract, type);
  switch (resolved.kind) {
    case "bool":
      return false;
    case "int":
      return resolved.bits === 64 || resolved.bits === "big" ? "0" : 0;
    case "float":
      return 0;
    case "decimal":
      return "0";
    case "string":
      return "";
    case "bytes":
      return new Uint8Array();
    case "enum":
      return resolved.values[0]?.value;
    case "list":
      return [];
    case "map":
      return createRecord();
    default:
      return undefined;
  }
}
