/**
 * JSON text (RFC 8259) to placed nodes. For documents only: messages are read under their contract.
 * Numbers keep their text; a repeated key is a fault, as it is in YAML.
 */
import type { PlacedEntry, PlacedNode } from "./placed-node.ts";

export interface JsonFault {
  readonly code: string;
  readonly offset: number;
  readonly message: string;
}

export type ParsedJson =
  | { readonly root: PlacedNode; readonly fault?: undefined }
  | { readonly root?: undefined; readonly fault: JsonFault };

const escapeText = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const wordText = /true|false|null/y;

const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

export interface JsonBounds {
  readonly depthMax: number;
  readonly nodesMax: number;
}

export function parseJson(text: string, { depthMax, nodesMax }: JsonBounds): ParsedJson {
  let at = 0;
  let nodes = 0;
  let fault: JsonFault | undefined;

  /** The first fault ends reading: everything returns undefined from then on. */
  function refuse(message: string, code = "json-syntax", offset = at): undefined {
    fault ??= { code, offset, message };
  }

  function skipSpace(): number {
    for (;;) {
      const unit = text.charCodeAt(at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return unit;
      at++;
    }
  }

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  }

  /** By hand, because a pattern for strings overflows its stack on long ones. */
  function readString(what: string): string | undefined {
    if (text.charCodeAt(at) !== 0x22) return refuse(`${saw(text, at)}; expected ${what}`);
    const start = at++;
    let escaped = false;
    for (;;) {
      const unit = text.charCodeAt(at);
      if (unit === 0x22) break;
      if (unit === 0x5c) {
        escaped = true;
        if (take(escapeText) === undefined) return refuse("no such escape; expected one of JSON's");
      } else if (unit >= 0x20)
        at++; // not so for NaN, the end of the text
      else return refuse(`${saw(text, at)}; expected the end of the string`);
    }
    at++;
    if (!escaped) return text.slice(start + 1, at - 1);
    return JSON.parse(text.slice(start, at)) as string;
  }

  function readValue(depth: number): PlacedNode | undefined {
    if (depth > depthMax) {
      return refuse(`values are nested deeper than ${depthMax}`, "nested-too-deep");
    }
    if (++nodes > nodesMax) {
      return refuse(`the document holds more than ${nodesMax} values`, "document-too-large");
    }
    const unit = skipSpace();
    const offset = at;
    if (unit === 0x7b) return readMap(depth);
    if (unit === 0x5b) return readList(depth);
    if (unit === 0x22) {
      const value = readString("a string");
      return value === undefined ? undefined : { kind: "scalar", offset, value };
    }
    const word = take(wordText);
    if (word !== undefined) return { kind: "scalar", offset, value: words[word] as boolean | null };
    const source = take(numberText);
    if (source === undefined) return refuse(`${saw(text, at)}; expected a value`);
    return { kind: "scalar", offset, value: Number(source), source };
  }

  function readList(depth: number): PlacedNode | undefined {
    const offset = at++;
    const items: PlacedNode[] = [];
    if (skipSpace() === 0x5d) {
      at++;
      return { kind: "list", offset, items };
    }
    for (;;) {
      const item = readValue(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      const unit = skipSpace();
      if (unit !== 0x2c && unit !== 0x5d) return refuse(`${saw(text, at)}; expected "," or "]"`);
      at++;
      if (unit === 0x5d) return { kind: "list", offset, items };
    }
  }

  function readMap(depth: number): PlacedNode | undefined {
    const offset = at++;
    const entries = new Map<string, PlacedEntry>();
    if (skipSpace() === 0x7d) {
      at++;
      return { kind: "map", offset, entries };
    }
    for (;;) {
      skipSpace();
      const keyOffset = at;
      const key = readString("a key in quotes");
      if (key === undefined) return undefined;
      if (entries.has(key)) {
        const message = `key \`${key.slice(0, 100)}\` stands here a second time`;
        return refuse(message, "repeated-key", keyOffset);
      }
      if (skipSpace() !== 0x3a) return refuse(`${saw(text, at)}; expected ":" behind the key`);
      at++;
      const node = readValue(depth + 1);
      if (node === undefined) return undefined;
      entries.set(key, { keyOffset, node });
      const unit = skipSpace();
      if (unit !== 0x2c && unit !== 0x7d) return refuse(`${saw(text, at)}; expected "," or "}"`);
      at++;
      if (unit === 0x7d) return { kind: "map", offset, entries };
    }
  }

  const root = readValue(0);
  if (root !== undefined) {
    skipSpace();
    if (at === text.length) return { root };
    refuse(`${saw(text, at)} behind the end of the document`);
  }
  return { fault: fault as unknown as JsonFault };
}

function saw(text: string, at: number): string {
  if (at >= text.length) return "the text ends here";
  return `${JSON.stringify(String.fromCodePoint(text.codePointAt(at) as number))} stands here`;
}
