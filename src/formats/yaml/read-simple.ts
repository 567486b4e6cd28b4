/**
 * YAML as it is written day by day, at ten times the library's speed: block maps and lists, flow
 * collections and scalars in one line. Whatever else occurs (anchors, tags, block scalars, escapes,
 * tabs, anything doubtful or wrong) makes it give up: the library alone says what YAML is.
 */
import type { PlacedEntry, PlacedNode } from "./placed-node.ts";
import { createTextCursor } from "./text-cursor.ts";

const unusual = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;
const keyText = /[A-Za-z_$/][\w$./{}-]{0,200}(?=:(?: |\n|$))/y;
const flowKeyText = /[A-Za-z_$/][\w$./-]{0,200}(?=: )/y;
const quotedKeyText = /(?:"[^"\\\n]{0,200}"|'[^'\n]{0,200}')(?=:(?: |\n|$))/y;
const flowPlainText = /[A-Za-z0-9_/](?:[\w./ -]|:(?=[\w./-]))*/y;
const quotedText = /"[^"\\\n]*"|'[^'\n]*'(?!')/y;
/** Characters that begin something else than a plain scalar. */
const indicators = "-?:,[]{}#&*!|>'\"%@`";

const words: Readonly<Record<string, boolean>> = { true: true, false: false };
/** What is no text by YAML 1.2.2 §10.3, in doubt whatever looks like a number. */
const doubtful = /^(?:[-+.\d].*|null|~|true|false)$/i;
const plainNumber = /^(?:0|[1-9]\d{0,14})$/;
const addressText = /^\d+(?:\.\d+){2,}$/;

/** Undefined: this is for the library. */
export function readSimple(text: string, depthMax: number): PlacedNode | undefined {
  if (unusual.test(text)) return undefined;
  const cursor = createTextCursor(text);
  const { take, isAt, isItem, skipSpaces, endLine } = cursor;

  function readKey(plain: RegExp): string | undefined {
    const key = take(plain);
    if (key !== undefined) return doubtful.test(key) ? undefined : key;
    return take(quotedKeyText)?.slice(1, -1);
  }

  function readBlock(depth: number): PlacedNode | undefined {
    if (depth > depthMax) return undefined;
    return isItem() ? readList(depth) : readMap(depth);
  }

  function readMap(depth: number): PlacedNode | undefined {
    const own = cursor.column;
    const offset = cursor.at;
    const entries = new Map<string, PlacedEntry>();
    while (cursor.column === own && !isItem()) {
      const keyOffset = cursor.at;
      const key = readKey(keyText);
      if (key === undefined || entries.has(key)) return undefined;
      cursor.at++;
      const node = endLine() ? readBelow(own, depth) : readRest(own, depth);
      if (node === undefined) return undefined;
      entries.set(key, { keyOffset, node });
    }
    return cursor.column > own || entries.size === 0 ? undefined : { kind: "map", offset, entries };
  }

  /** The value of a key, or an item, that stands in the lines below it. */
  function readBelow(own: number, depth: number): PlacedNode | undefined {
    if (cursor.column > own) return readBlock(depth + 1);
    return cursor.column === own && isItem() ? readList(depth + 1) : undefined;
  }

  /** The value of a key, or an item, that stands in the line itself. */
  function readRest(own: number, depth: number): PlacedNode | undefined {
    const node = readInline(depth + 1);
    // What stands deeper in the next line goes on with this value.
    return node !== undefined && endLine() && cursor.column <= own ? node : undefined;
  }

  function readList(depth: number): PlacedNode | undefined {
    const own = cursor.column;
    const offset = cursor.at;
    const items: PlacedNode[] = [];
    if (depth > depthMax) return undefined;
    while (cursor.column === own && isItem()) {
      cursor.at++;
      const dash = cursor.at;
      skipSpaces();
      let node: PlacedNode | undefined;
      if (isItem() || isAt(keyText) || isAt(quotedKeyText)) {
        cursor.column = own + 1 + cursor.at - dash;
        node = readBlock(depth + 1);
      } else node = readRest(own, depth);
      if (node === undefined) return undefined;
      items.push(node);
    }
    return cursor.column > own ? undefined : { kind: "list", offset, items };
  }

  function readInline(depth: number): PlacedNode | undefined {
    if (depth > depthMax) return undefined;
    skipSpaces();
    const unit = text[cursor.at] ?? "\n";
    if (unit === '"' || unit === "'" || unit === "[" || unit === "{") return readFlow(depth);
    if (indicators.includes(unit) || unit === "\n") return undefined;
    const offset = cursor.at;
    const lineEnd = text.indexOf("\n", cursor.at);
    let line = text.slice(cursor.at, lineEnd < 0 ? text.length : lineEnd);
    const comment = line.indexOf(" #");
    if (comment >= 0) line = line.slice(0, comment);
    const plain = line.trimEnd();
    if (plain.includes(": ") || plain.endsWith(":")) return undefined;
    cursor.at += plain.length;
    return plainScalar(plain, offset);
  }

  function readFlow(depth: number): PlacedNode | undefined {
    if (depth > depthMax) return undefined;
    const offset = cursor.at;
    const unit = text[cursor.at];
    if (unit === '"' || unit === "'") {
      const quoted = take(quotedText);
      if (quoted === undefined) return undefined;
      return { kind: "scalar", offset, value: quoted.slice(1, -1) };
    }
    if (unit === "[") return readFlowList(depth);
    if (unit === "{") return readFlowMap(depth);
    const plain = take(flowPlainText)?.trimEnd();
    return plain === undefined ? undefined : plainScalar(plain, offset);
  }

  function readFlowList(depth: number): PlacedNode | undefined {
    const offset = cursor.at++;
    const items: PlacedNode[] = [];
    for (;;) {
      skipSpaces();
      if (items.length === 0 && text[cursor.at] === "]") break;
      const item = readFlow(depth + 1);
      skipSpaces();
      if (item === undefined || (text[cursor.at] !== "," && text[cursor.at] !== "]"))
        return undefined;
      items.push(item);
      if (text[cursor.at] === "]") break;
      cursor.at++;
    }
    cursor.at++;
    return { kind: "list", offset, items };
  }

  function readFlowMap(depth: number): PlacedNode | undefined {
    const offset = cursor.at++;
    const entries = new Map<string, PlacedEntry>();
    for (;;) {
      skipSpaces();
      if (entries.size === 0 && text[cursor.at] === "}") break;
      const keyOffset = cursor.at;
      const key = readKey(flowKeyText);
      if (key === undefined || entries.has(key)) return undefined;
      cursor.at++;
      skipSpaces();
      const node = readFlow(depth + 1);
      skipSpaces();
      if (node === undefined || (text[cursor.at] !== "," && text[cursor.at] !== "}"))
        return undefined;
      entries.set(key, { keyOffset, node });
      if (text[cursor.at] === "}") break;
      cursor.at++;
    }
    cursor.at++;
    return { kind: "map", offset, entries };
  }

  if (cursor.column !== 0) return undefined;
  const root = readBlock(0);
  return cursor.at < text.length ? undefined : root;
}

function plainScalar(text: string, offset: number): PlacedNode | undefined {
  if (Object.hasOwn(words, text)) return { kind: "scalar", offset, value: words[text] as boolean };
  if (plainNumber.test(text)) return { kind: "scalar", offset, value: Number(text), source: text };
  if (doubtful.test(text) && !addressText.test(text)) return undefined;
  return { kind: "scalar", offset, value: text };
}
