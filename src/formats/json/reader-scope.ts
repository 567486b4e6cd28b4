/** What the compilation of one reader shares among its types. */
import type { Contract } from "#contract/contract.ts";
import type { Type, TypeName } from "#contract/types.ts";
import type { Cursor } from "./cursor.ts";
import type { JsonReadOptions } from "./options.ts";
import type { Read } from "./read-scalar.ts";

export interface ReaderScope {
  readonly contract: Contract;
  readonly options: JsonReadOptions;
  readonly derived: ReadonlyMap<TypeName, readonly TypeName[]>;
  compile(type: Type): Read;
}

/** Passes over `null`, if that is what stands at the cursor, whose character is `code`. */
export function readNull(cursor: Cursor, code: number): boolean {
  if (code !== 0x6e || !cursor.text.startsWith("null", cursor.at)) return false;
  cursor.at += 4;
  return true;
}
