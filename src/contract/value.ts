/**
 * Values at run time. Records and maps come from `createRecord`. Absent (no key), null
 * (explicit nil) and empty are three states. A union is an object with one key, its variant. A
 * record of a derived type carries the name of its type under `@type`.
 */
export type Value = null | boolean | number | string | Uint8Array | readonly Value[] | ValueRecord;

export interface ValueRecord {
  readonly [name: string]: Value;
}

/** A record or a map. */
export function isRecord(value: Value): value is ValueRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

/** Key under which a record of a derived type names its type. */
export const typeKey = "@type";

type OpenRecord = { [name: string]: Value };

/**
 * V8 keeps objects with a null prototype as hash tables, three times as slow; instances of a
 * constructor whose prototype is empty and has none itself are as safe, and fast.
 */
const EmptyRecord = function () {} as unknown as new () => OpenRecord;
EmptyRecord.prototype = Object.freeze(Object.create(null));

/** A record or map under construction; no key of it can reach a prototype. */
export function createRecord(): OpenRecord {
  return new EmptyRecord();
}
