/** Finds a list in the bytes of a JSON document by the names of members that lead to it. */
import { ListSearch, waysTo, type Way } from "#base/list-search.ts";
import type { ListScanner } from "#base/split-list.ts";
import {
  backslash,
  colon,
  comma,
  leftBrace,
  leftBracket,
  quote,
  rightBrace,
  rightBracket,
} from "./cursor.ts";

interface Level {
  readonly isObject: boolean;
  readonly way: Way | undefined;
}

/** @param paths names of members, in objects within objects; none: the document is the list. */
export function createJsonListScanner(paths: readonly (readonly string[])[]): ListScanner {
  const levels: Level[] = [];
  let at = 0;
  /** Of the value that comes next. */
  let way: Way | undefined = waysTo(paths);
  let keyStart = -1;
  let isInString = false;
  /** Within an item of the list that is open. */
  let depth = 0;
  const found = new ListSearch();

  function open(list: number): void {
    found.open(list, at + 1);
    depth = 0;
  }

  /** One character outside of strings and of the list. */
  function search(bytes: Buffer, code: number): void {
    switch (code) {
      case leftBrace:
        levels.push({ isObject: true, way });
        way = undefined;
        return;
      case leftBracket:
        if (way !== undefined && way.list >= 0) return open(way.list);
        levels.push({ isObject: false, way: undefined });
        way = undefined;
        return;
      case rightBrace:
      case rightBracket:
        levels.pop();
        way = undefined;
        return;
      case comma:
        way = undefined;
        return;
      case colon: {
        const level = levels.at(-1);
        const key = level?.way === undefined ? undefined : keyAt(bytes);
        way = key === undefined ? undefined : level?.way?.next.get(key);
      }
    }
  }

  function keyAt(bytes: Buffer): string | undefined {
    const text = bytes.toString("utf8", keyStart, bytes.lastIndexOf(quote, at) + 1);
    try {
      return JSON.parse(text) as string;
    } catch {
      return undefined;
    }
  }

  /** One character of the list, outside of strings. */
  function follow(code: number): void {
    if (code === leftBrace || code === leftBracket) depth++;
    else if (code === rightBrace || code === rightBracket) {
      if (depth-- > 0) return;
      found.close();
      found.end = at;
      way = undefined;
    } else if (code === comma && depth === 0) {
      found.itemsEnd = at;
      found.nextItem = at + 1;
    }
  }

  const hasEnded = (): boolean => found.state === "ended";

  /** With what it needs for each octet in variables of its own: every octet comes by here. */
  function scan(bytes: Buffer): void {
    if (hasEnded()) return;
    const { length } = bytes;
    let index = at;
    let inside = isInString;
    for (; index < length; index++) {
      let code = bytes[index] as number;
      if (inside) {
        while (code !== quote && code !== backslash && ++index < length) {
          code = bytes[index] as number;
        }
        if (index >= length) break;
        if (code === backslash) index++;
        else inside = code !== quote;
      } else if (code === quote) {
        inside = true;
        keyStart = index;
      } else if (code === comma || code === colon || (code & 0xdf) > 0x5a) {
        at = index;
        if (found.state === "open") follow(code);
        else search(bytes, code);
        if (hasEnded()) return;
      }
    }
    at = index;
    isInString = inside;
  }

  return {
    found,
    scan,
    drop(count) {
      at -= count;
      found.drop(count);
    },
    settle: () => found.settle(),
    closing: () => `]${"}".repeat(levels.length)}`,
  };
}
