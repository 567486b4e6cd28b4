/**
 * Values at run time. Records and maps are objects without a prototype. Absent (no key), null
 * (explicit nil) and empty are three states. A union is an object with one key, its variant. A
 * record of a derived type carries the name of its type under `@type`.
 */
export type Value = null | boolean | number | string | Uint8Array | readonly Value[] | ValueRecord;

export interface ValueRecord {
  readonly [name: string]: Value;
}

/** Key under which a record of a derived type names its type. */
export const typeKey = "@type";

/** A record or map under construction; no key of it can reach a prototype. */
export function createRecord(): { [name: string]: Value } {
  return Object.create(null) as { [name: string]: Value };
}
