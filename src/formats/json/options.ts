/** How a JSON codec treats what the contract leaves open. */
import type { DocumentLimits } from "#base/limits.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import type { Value } from "#contract/value.ts";

export interface JsonReadOptions {
  /**
   * Members that the contract does not know. Records that are open by the contract take them
   * under "reject" as well. Kept ones become their exact JSON text under their own names, in
   * open records only.
   */
  readonly unknownMembers: "reject" | "drop" | "keep";
  readonly limits?: DocumentLimits;
  /** Whether the whole document may be null. */
  readonly nullable?: boolean;
  /** Take a bare item for a list of one. */
  readonly unwrapSingle?: boolean;
  /** Give absent fields their default; otherwise absent stays absent. */
  readonly fillDefaults?: boolean;
  /** Take "NaN", "Infinity" and "-Infinity" for floats; on unless false. */
  readonly floatSpecials?: boolean;
}

export interface JsonWriteOptions {
  /**
   * How 64-bit and big integers and decimals are spelled unless their type says so. safe: integers
   * that a double holds as numbers, whatever their type says, all else as strings.
   */
  readonly exactNumbers?: "string" | "number" | "safe";
}

/** What a compiled reader returns. */
export type JsonRead = { readonly kind: "value"; readonly value: Value } | DocumentFault;
