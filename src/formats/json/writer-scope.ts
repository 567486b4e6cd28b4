/** What the compilation of one writer shares among its types. */
import type { Contract } from "#contract/contract.ts";
import type { Type, TypeName } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import type { JsonWriteOptions } from "./options.ts";

/** A value as its JSON text. */
export type WriteJson = (value: Value) => string;

export interface WriterScope {
  readonly contract: Contract;
  readonly options: JsonWriteOptions;
  readonly derived: ReadonlyMap<TypeName, readonly TypeName[]>;
  compile(type: Type): WriteJson;
}
