/** Answers in memory, the ones used longest ago give way; one for each worker and revision. */
import type { Kept } from "./kept.ts";

export interface Store<Item extends Kept> {
  readonly find: (key: string, fits: (kept: Item) => boolean) => Item | undefined;
  /** Takes the place of what `replaces` says. */
  readonly put: (key: string, kept: Item, replaces: (earlier: Item) => boolean) => void;
  readonly drop: (key: string, kept: Item) => void;
  readonly hasAny: (key: string) => boolean;
}

/** Of one key, that differ in what `Vary` names. */
const variantsMax = 32;
/** What an answer takes in memory besides its octets, about. */
export const overheadBytes = 512;

export function createStore<Item extends Kept>(bytesMax: number): Store<Item> {
  /** In the order in which they were used last; of each the latest first. */
  const variants = new Map<string, Item[]>();
  let bytes = 0;

  function remove(key: string): void {
    for (const kept of variants.get(key) ?? []) bytes -= kept.bytes;
    variants.delete(key);
  }

  return {
    find(key, fits) {
      const list = variants.get(key);
      const found = list?.find(fits);
      if (list === undefined || found === undefined) return undefined;
      variants.delete(key);
      variants.set(key, list);
      return found;
    },
    put(key, kept, replaces) {
      if (kept.bytes > bytesMax) return;
      const others = (variants.get(key) ?? []).filter((earlier) => !replaces(earlier));
      remove(key);
      const list = [kept, ...others].slice(0, variantsMax);
      for (const one of list) bytes += one.bytes;
      variants.set(key, list);
      for (const oldest of variants.keys()) {
        if (bytes <= bytesMax || oldest === key) break;
        remove(oldest);
      }
      while (bytes > bytesMax) bytes -= list.pop()?.bytes ?? bytes;
    },
    drop(key, kept) {
      const list = variants.get(key);
      const index = list?.indexOf(kept) ?? -1;
      if (list === undefined || index < 0) return;
      list.splice(index, 1);
      bytes -= kept.bytes;
      if (list.length === 0) variants.delete(key);
    },
    hasAny: (key) => variants.has(key),
  };
}
