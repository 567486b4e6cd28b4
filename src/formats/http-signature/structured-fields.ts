/**
 * Dictionaries of Structured Fields (RFC 9651 §3.2), as far as signatures and digests need them:
 * members are byte sequences, inner lists of strings, or other bare items; all with parameters.
 */
export type BareItem =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "token"; readonly value: string }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "bytes"; readonly value: Buffer };

export type Parameters = ReadonlyMap<string, BareItem>;

export interface Item {
  readonly kind: "item";
  readonly item: BareItem;
  readonly parameters: Parameters;
}

export interface InnerList {
  readonly kind: "list";
  readonly items: readonly Item[];
  readonly parameters: Parameters;
}

export type Dictionary = ReadonlyMap<string, Item | InnerList>;

const membersMax = 64;

class Malformed extends Error {}

/** Undefined: it is not well-formed, or more than anybody means. */
export function parseDictionary(text: string): Dictionary | undefined {
  const cursor = new Cursor(text);
  const members = new Map<string, Item | InnerList>();
  try {
    cursor.take(/ */y);
    while (!cursor.isAtEnd) {
      if (members.size >= membersMax) return undefined;
      const key = cursor.take(keyPattern);
      const member = cursor.skip("=") ? readMember(cursor) : flag(readParameters(cursor));
      // RFC 9651 §4.2.2: the last of several wins; of signatures no second one may be hidden.
      if (members.has(key)) return undefined;
      members.set(key, member);
      cursor.take(/[ \t]*/y);
      if (cursor.isAtEnd) break;
      cursor.expect(",");
      cursor.take(/[ \t]*/y);
      if (cursor.isAtEnd) return undefined;
    }
    return members;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

const keyPattern = /[a-z*][a-z0-9_.*-]*/y;
const stringPattern = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
const bytesPattern = /:([A-Za-z0-9+/]*={0,2}):/y;
const tokenPattern = /[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*/y;
const integerPattern = /-?\d{1,15}(?![\d.])/y;

class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  get next(): string {
    return this.#text[this.#at] ?? "";
  }

  /** @returns the first group, or all that fits. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) throw new Malformed();
    this.#at = pattern.lastIndex;
    return found[1] ?? found[0];
  }

  skip(character: string): boolean {
    if (this.next !== character) return false;
    this.#at++;
    return true;
  }

  expect(character: string): void {
    if (!this.skip(character)) throw new Malformed();
  }
}

function readMember(cursor: Cursor): Item | InnerList {
  if (!cursor.skip("(")) return readItem(cursor);
  const items: Item[] = [];
  for (;;) {
    cursor.take(/ */y);
    if (cursor.skip(")")) return { kind: "list", items, parameters: readParameters(cursor) };
    if (items.length >= membersMax) throw new Malformed();
    items.push(readItem(cursor));
    if (cursor.next !== " " && cursor.next !== ")") throw new Malformed();
  }
}

function readItem(cursor: Cursor): Item {
  const item = readBare(cursor);
  return { kind: "item", item, parameters: readParameters(cursor) };
}

function flag(parameters: Parameters): Item {
  return { kind: "item", item: { kind: "boolean", value: true }, parameters };
}

function readParameters(cursor: Cursor): Parameters {
  const parameters = new Map<string, BareItem>();
  while (cursor.skip(";")) {
    cursor.take(/ */y);
    const key = cursor.take(keyPattern);
    if (parameters.has(key) || parameters.size >= membersMax) throw new Malformed();
    const isFlag = !cursor.skip("=");
    parameters.set(key, isFlag ? { kind: "boolean", value: true } : readBare(cursor));
  }
  return parameters;
}

function readBare(cursor: Cursor): BareItem {
  switch (cursor.next) {
    case '"': {
      const value = cursor.take(stringPattern).replace(/\\(.)/g, "$1");
      return { kind: "string", value };
    }
    case ":":
      return { kind: "bytes", value: Buffer.from(cursor.take(bytesPattern), "base64") };
    case "?":
      return { kind: "boolean", value: cursor.take(/\?([01])/y) === "1" };
    default:
  }
  if (/[-0-9]/.test(cursor.next)) {
    return { kind: "integer", value: Number(cursor.take(integerPattern)) };
  }
  return { kind: "token", value: cursor.take(tokenPattern) };
}

/** RFC 9651 §4.1: there is one way to write each. */
export function writeInnerList({ items, parameters }: InnerList): string {
  return `(${items.map(writeItem).join(" ")})${writeParameters(parameters)}`;
}

export function writeItem({ item, parameters }: Item): string {
  return writeBare(item) + writeParameters(parameters);
}

function writeParameters(parameters: Parameters): string {
  return Array.from(parameters, ([key, item]) =>
    item.kind === "boolean" && item.value ? `;${key}` : `;${key}=${writeBare(item)}`,
  ).join("");
}

function writeBare(item: BareItem): string {
  switch (item.kind) {
    case "string":
      return `"${item.value.replace(/["\\]/g, "\\$&")}"`;
    case "bytes":
      return `:${item.value.toString("base64")}:`;
    case "boolean":
      return item.value ? "?1" : "?0";
    case "integer":
    case "token":
      return String(item.value);
  }
}
