/**
 * Reads deterministic CBOR (RFC 8949 §4.2.1) as entries use it, and nothing else: whatever could
 * be written in two ways is refused. Numbers, octets, UTF-8, lists, maps, true.
 */
import { isUtf8 } from "node:buffer";

export const major = {
  uint: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  list: 4,
  map: 5,
  tag: 6,
  simple: 7,
};

const depthMax = 8;

/** Thrown within this folder only; the decoder turns it into a value. */
export class Malformed extends Error {
  readonly offset: number;
  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

export class CborReader {
  readonly bytes: Buffer;
  at = 0;
  /** Of the item whose head was read last. */
  argument = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  /** Reads the head of an item. @returns its major type. */
  head(): number {
    const start = this.at;
    const first = this.#octet();
    const short = first & 31;
    const type = first >> 5;
    if (type === major.simple) {
      this.argument = short;
      if (short > 23) throw new Malformed("floats and breaks do not occur in entries", start);
      return type;
    }
    if (short < 24) this.argument = short;
    else if (short > 27) throw new Malformed("lengths are stated, never left open", start);
    else this.argument = this.#number(1 << (short - 24), start);
    return type;
  }

  #octet(): number {
    if (this.at >= this.bytes.length) throw new Malformed("it ends too early", this.at);
    return this.bytes[this.at++] as number;
  }

  #number(octets: number, start: number): number {
    let value = 0;
    for (let index = 0; index < octets; index++) value = value * 256 + this.#octet();
    const least = octets === 1 ? 24 : 2 ** (4 * octets);
    if (value < least) throw new Malformed("a number is longer than it need be", start);
    if (value > Number.MAX_SAFE_INTEGER) throw new Malformed("a number is beyond 2^53", start);
    return value;
  }

  expect(type: number, what: string): number {
    const start = this.at;
    if (this.head() !== type) throw new Malformed(`${what} was expected`, start);
    return this.argument;
  }

  /** The octets of the string whose head was read. */
  octets(): Buffer {
    const { at } = this;
    const end = at + this.argument;
    if (end > this.bytes.length) throw new Malformed("a string ends behind the entry", at);
    this.at = end;
    return this.bytes.subarray(at, end);
  }

  text(): string {
    const { at } = this;
    const octets = this.octets();
    if (!isUtf8(octets)) throw new Malformed("a text is not UTF-8", at);
    return octets.toString("utf8");
  }

  /** Any item, checked as strictly as those that are understood. */
  skip(depth = 0): void {
    const start = this.at;
    if (depth > depthMax) throw new Malformed("it is nested too deeply", start);
    const type = this.head();
    const count = this.argument;
    switch (type) {
      case major.uint:
      case major.negative:
        return;
      case major.bytes:
        this.octets();
        return;
      case major.text:
        this.text();
        return;
      case major.list:
        for (let index = 0; index < count; index++) this.skip(depth + 1);
        return;
      case major.map:
        return this.#skipMap(count, depth);
      case major.simple:
        if (count === 20 || count === 21 || count === 22) return;
    }
    throw new Malformed("an item of this kind does not occur in entries", start);
  }

  #skipMap(count: number, depth: number): void {
    let before: Buffer | undefined;
    for (let index = 0; index < count; index++) {
      const start = this.at;
      this.skip(depth + 1);
      const key = this.bytes.subarray(start, this.at);
      if (before !== undefined && Buffer.compare(before, key) >= 0) {
        throw new Malformed("keys of a map are not in order, or one occurs twice", start);
      }
      before = key;
      this.skip(depth + 1);
    }
  }
}
