/**
 * Finds a list in the bytes of an XML document, in any encoding that has ASCII as it is, by the
 * local names of elements that lead to it. What the names mean, and whether all is well-formed, is
 * for those who read the parts.
 */
import { ListSearch, waysTo, type Way } from "#base/list-search.ts";
import type { ListScanner } from "#base/split-list.ts";

/** Stands for any name. */
export const anyName = "*";

interface Level {
  readonly name: string;
  readonly way: Way | undefined;
}

const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;

/** @param paths local names from the root to the items. */
export function createXmlListScanner(paths: readonly (readonly string[])[]): ListScanner {
  const levels: Level[] = [];
  const root = waysTo(paths);
  let at = 0;
  /** Within an item of the list that is open. */
  let depth = 0;
  let itemName = "";
  const found = new ListSearch();

  /** Behind the markup at hand; -1: it is not all there yet. */
  function endOf(bytes: Buffer): number {
    const second = bytes[at + 1];
    if (second === QUESTION) return behind(bytes, "?>");
    if (second === SLASH) return endOfEndTag(bytes, at + 2);
    if (second !== BANG) return endOfStartTag(bytes, at + 1);
    if (bytes.length < at + 9) return -1;
    const isData = bytes.toString("latin1", at, at + 9) === "<![CDATA[";
    return isData ? behind(bytes, "]]>") : behind(bytes, "-->");
  }

  function behind(bytes: Buffer, mark: string): number {
    // Not among the characters that opened it: `<!-->` is no comment.
    const end = bytes.indexOf(mark, mark === "-->" ? at + 4 : at + 2, "latin1");
    return end < 0 ? -1 : end + mark.length;
  }

  function startElement(bytes: Buffer, end: number): void {
    const isEmpty = bytes[end - 2] === SLASH;
    if (depth > 0) {
      depth += isEmpty ? 0 : 1;
      return;
    }
    const name = nameAt(bytes, at + 1);
    const local = name.slice(name.indexOf(":") + 1);
    const outer = levels.at(-1);
    if (found.state === "open") {
      if (local === itemName) {
        found.itemsEnd = found.nextItem = at;
        enterItem(isEmpty, end);
      } else return endList(bytes, end);
      return;
    }
    const from = outer === undefined ? root : outer.way;
    const way = from?.next.get(local) ?? from?.next.get(anyName);
    if (way !== undefined && way.list >= 0) {
      found.open(way.list, at);
      itemName = local;
      enterItem(isEmpty, end);
    } else if (!isEmpty) levels.push({ name, way });
  }

  function enterItem(isEmpty: boolean, end: number): void {
    depth = isEmpty ? 0 : 1;
    if (isEmpty) found.end = end;
  }

  function endElement(end: number): void {
    if (found.state !== "open") levels.pop();
    else if (depth > 0) {
      if (--depth === 0) found.end = end;
    } else {
      found.close();
      levels.pop();
    }
  }

  /** An element of another name follows the items. */
  function endList(bytes: Buffer, end: number): void {
    found.close();
    if (found.state !== "ended") startElement(bytes, end);
  }

  function scan(bytes: Buffer): void {
    while (found.state !== "ended") {
      at = nextMarkup(bytes, at);
      if (at + 1 >= bytes.length) return;
      const end = endOf(bytes);
      if (end < 0) return;
      const second = bytes[at + 1];
      if (second === SLASH) endElement(end);
      else if (second !== BANG && second !== QUESTION) startElement(bytes, end);
      at = end;
    }
  }

  return {
    found,
    scan,
    drop(count) {
      at -= count;
      found.drop(count);
    },
    settle: () => found.settle(),
    closing: () =>
      levels
        .map(({ name }) => `</${name}>`)
        .toReversed()
        .join(""),
  };
}

// Loops, not indexOf: tags stand too close together for it to be worth its call.

function nextMarkup(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== LESS) at++;
  return at;
}

function endOfEndTag(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) if (bytes[at] === GREATER) return at + 1;
  return -1;
}

/** A `>` in the value of an attribute ends nothing. */
function endOfStartTag(bytes: Buffer, from: number): number {
  let quote = 0;
  for (let at = from; at < bytes.length; at++) {
    const code = bytes[at] as number;
    if (quote !== 0) quote = code === quote ? 0 : quote;
    else if (code === GREATER) return at + 1;
    else if (code === QUOTE || code === APOSTROPHE) quote = code;
  }
  return -1;
}

/** The qualified name that begins here. */
function nameAt(bytes: Buffer, from: number): string {
  let to = from;
  while (to < bytes.length && !endsName(bytes[to] as number)) to++;
  return bytes.toString("utf8", from, to);
}

function endsName(code: number): boolean {
  return code <= 0x20 || code === GREATER || code === SLASH;
}
