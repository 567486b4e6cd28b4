/** How deep, how long and how many: limits on a message, whatever dialect it came in. */
import type { Value, ValueRecord } from "#contract/value.ts";

export interface ShapeLimits {
  /** Lists, maps and records within each other. */
  readonly depthMax?: number;
  /** Items of one list. */
  readonly itemsMax?: number;
  /** Entries of one map, members of one record. */
  readonly entriesMax?: number;
  /** Characters of one text (UTF-16 units), octets of one value of bytes. */
  readonly textLengthMax?: number;
}

/** What is beyond a limit. */
export interface Beyond {
  readonly message: string;
  /** From the message on: `/lines/3/note`. */
  readonly place: string;
}

/** Undefined: nothing is. */
export type FindBeyond = (value: Value) => Beyond | undefined;

/** Undefined: there are no limits. */
export function compileShapeLimits(limits: ShapeLimits): FindBeyond | undefined {
  const {
    depthMax = Infinity,
    itemsMax = Infinity,
    entriesMax = Infinity,
    textLengthMax = Infinity,
  } = limits;
  if (Math.min(depthMax, itemsMax, entriesMax, textLengthMax) === Infinity) return undefined;

  function find(value: Value, depth: number): Beyond | undefined {
    if (typeof value === "string") {
      return value.length > textLengthMax ? beyondText(value.length, "characters") : undefined;
    }
    if (typeof value !== "object" || value === null) return undefined;
    if (value instanceof Uint8Array) {
      return value.length > textLengthMax ? beyondText(value.length, "octets") : undefined;
    }
    if (depth > depthMax) {
      return { message: `nested deeper than depthMax, ${depthMax} levels`, place: "" };
    }
    return isList(value) ? findInList(value, depth) : findInRecord(value, depth);
  }

  function beyondText(length: number, unit: string): Beyond {
    return { message: `${length} ${unit}; expected textLengthMax, ${textLengthMax}`, place: "" };
  }

  function findInList(list: readonly Value[], depth: number): Beyond | undefined {
    if (list.length > itemsMax) {
      return { message: `${list.length} items; expected itemsMax, ${itemsMax}`, place: "" };
    }
    for (let index = 0; index < list.length; index++) {
      const beyond = find(list[index] as Value, depth + 1);
      if (beyond !== undefined) return within(String(index), beyond);
    }
    return undefined;
  }

  function findInRecord(record: ValueRecord, depth: number): Beyond | undefined {
    let count = 0;
    for (const name in record) {
      if (++count > entriesMax) {
        return { message: `more than entriesMax, ${entriesMax} entries`, place: "" };
      }
      const beyond = find(record[name] as Value, depth + 1);
      if (beyond !== undefined) return within(name, beyond);
    }
    return undefined;
  }

  return (value) => find(value, 1);
}

function isList(value: readonly Value[] | ValueRecord): value is readonly Value[] {
  return Array.isArray(value);
}

/** RFC 6901 §3. */
function within(name: string, { message, place }: Beyond): Beyond {
  const escaped = name.slice(0, 200).replaceAll("~", "~0").replaceAll("/", "~1");
  return { message, place: `/${escaped}${place}` };
}
