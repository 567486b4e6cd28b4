/**
 * Writes an entry as deterministic CBOR (RFC 8949 §4.2.1) straight into a buffer, without objects.
 * Fields are given in the order of their keys. Texts longer than their field allows are cut at a
 * character, and the key is listed in `cut`.
 */
import { assert } from "#base/assert.ts";
import { digitValue, octetOf } from "#base/hex-octets.ts";
import { entryVersion, fields, kindNames } from "./fields.ts";
import type { Kind } from "./kinds.ts";

/** What a route, a caller or an instance always adds, encoded once. */
export interface ConstantPart {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly firstKey: number;
  readonly lastKey: number;
  readonly cut: readonly number[];
}

const cutMax = fields.cut.max;
const major = { uint: 0x00, bytes: 0x40, text: 0x60, list: 0x80, map: 0xa0 } as const;
/** A map of more fields has a head of two bytes, not of one. */
const shortMapMax = 23;
/** From here on a call out of JavaScript costs less than a loop. */
const loopBytesMax = 16;

export class EntryWriter {
  #out: Buffer = Buffer.alloc(0);
  #start = 0;
  /** Left for the head; as in the entry before, because they mostly are alike. */
  #headBytes = 1;
  #at = 0;
  #count = 0;
  #lastKey = -1;
  readonly #cut = new Int32Array(cutMax);
  #cutCount = 0;

  /** @param run undefined: no run has begun. */
  begin(out: Buffer, at: number, kind: Kind, run: number | undefined, timeUs: number): void {
    this.beginMap(out, at);
    this.uint(fields.version.key, entryVersion);
    this.uint(fields.kind.key, kindNames.indexOf(kind));
    if (run !== undefined) this.uint(fields.run.key, run);
    this.uint(fields.timeUs.key, timeUs);
  }

  /** Without the fields that all entries have: for constant parts. */
  beginMap(out: Buffer, at: number): void {
    this.#out = out;
    this.#start = at;
    this.#at = at + this.#headBytes;
    this.#count = 0;
    this.#lastKey = -1;
    this.#cutCount = 0;
  }

  /** @returns the offset behind the entry. */
  end(): number {
    if (this.#cutCount > 0) this.#writeCut();
    const out = this.#out;
    const start = this.#start;
    const count = this.#count;
    const headBytes = count > shortMapMax ? 2 : 1;
    if (headBytes !== this.#headBytes) this.#move(headBytes);
    if (headBytes === 1) out[start] = major.map | count;
    else {
      out[start] = major.map | 24;
      out[start + 1] = count;
    }
    return this.#at;
  }

  #move(headBytes: number): void {
    this.#out.copyWithin(this.#start + headBytes, this.#start + this.#headBytes, this.#at);
    this.#at += headBytes - this.#headBytes;
    this.#headBytes = headBytes;
  }

  /** What was written since `beginMap`, to be put into entries as it is. */
  takeConstant(firstKey: number): ConstantPart {
    const bytes = Buffer.from(this.#out.subarray(this.#start + this.#headBytes, this.#at));
    const cut = Array.from(this.#cut.subarray(0, this.#cutCount));
    return { bytes, count: this.#count, firstKey, lastKey: this.#lastKey, cut };
  }

  constant({ bytes, count, firstKey, lastKey, cut }: ConstantPart): void {
    if (count === 0) return;
    assert(firstKey > this.#lastKey, "fields of an entry are written in the order of their keys");
    if (bytes.length > loopBytesMax) {
      this.#out.set(bytes, this.#at);
      this.#at += bytes.length;
    } else this.#copy(bytes, 0, bytes.length);
    this.#lastKey = lastKey;
    this.#count += count;
    for (let index = 0; index < cut.length; index++) this.noteCut(cut[index] as number);
  }

  uint(key: number, value: number): void {
    this.#key(key);
    this.#head(major.uint, value);
  }

  flag(key: number): void {
    this.#key(key);
    this.#out[this.#at++] = 0xf5;
  }

  bytes(key: number, source: Uint8Array, from = 0, to = source.length): void {
    this.#key(key);
    this.#head(major.bytes, to - from);
    this.#copy(source, from, to);
  }

  /** Octets that are given as hexadecimal digits. */
  digits(key: number, source: Uint8Array, from = 0, to = source.length): void {
    this.#key(key);
    this.#head(major.bytes, (to - from) >> 1);
    const out = this.#out;
    let at = this.#at;
    for (let index = from; index < to; index += 2) out[at++] = octetOf(source, index);
    this.#at = at;
  }

  /** The same, of a string. */
  hex(key: number, value: string): void {
    this.#key(key);
    const { length } = value;
    this.#head(major.bytes, length >> 1);
    const out = this.#out;
    let at = this.#at;
    for (let index = 0; index < length; index += 2) {
      const high = digitValue(value.charCodeAt(index));
      out[at++] = (high << 4) | digitValue(value.charCodeAt(index + 1));
    }
    this.#at = at;
  }

  text(key: number, value: string, bytesMax: number): void {
    this.#key(key);
    const { length } = value;
    const start = this.#at;
    if (length <= bytesMax) {
      this.#head(major.text, length);
      const out = this.#out;
      let at = this.#at;
      let index = 0;
      for (; index < length; index++) {
        const code = value.charCodeAt(index);
        if (code > 0x7f) break;
        out[at++] = code;
      }
      if (index === length) {
        this.#at = at;
        return;
      }
      this.#at = start;
    }
    this.#longText(key, Buffer.from(value.slice(0, bytesMax + 1), "utf8"), bytesMax);
  }

  /** Text that was received: octets as ISO 8859-1, which is how fields of HTTP are read here. */
  latin1(key: number, source: Buffer, from: number, to: number, bytesMax: number): void {
    let isPlain = to - from <= bytesMax;
    for (let index = from; isPlain && index < to; index++) {
      if ((source[index] as number) > 0x7f) isPlain = false;
    }
    if (!isPlain) return this.text(key, source.toString("latin1", from, to), bytesMax);
    this.#key(key);
    this.#head(major.text, to - from);
    this.#copy(source, from, to);
  }

  ids(key: number, values: readonly Uint8Array[]): void {
    this.#key(key);
    this.#head(major.list, values.length);
    for (const value of values) {
      this.#head(major.bytes, value.length);
      this.#copy(value, 0, value.length);
    }
  }

  texts(key: number, values: readonly string[], bytesMax: number): void {
    this.#key(key);
    this.#head(major.list, values.length);
    for (const value of values) this.#longText(key, Buffer.from(value, "utf8"), bytesMax);
  }

  /** To be called before `end` for lists of which members were left out. */
  noteCut(key: number): void {
    if (this.#cutCount > 0 && this.#cut[this.#cutCount - 1] === key) return;
    assert(this.#cutCount < cutMax, "more fields were cut than there are");
    this.#cut[this.#cutCount++] = key;
  }

  #longText(key: number, bytes: Buffer, bytesMax: number): void {
    let end = bytes.length;
    if (end > bytesMax) {
      end = bytesMax;
      // Not within a character.
      while (((bytes[end] as number) & 0xc0) === 0x80) end--;
      this.noteCut(key);
    }
    this.#head(major.text, end);
    this.#copy(bytes, 0, end);
  }

  #writeCut(): void {
    this.#key(fields.cut.key);
    this.#head(major.list, this.#cutCount);
    for (let index = 0; index < this.#cutCount; index++) {
      this.#head(major.uint, this.#cut[index] as number);
    }
  }

  #key(key: number): void {
    assert(key > this.#lastKey, "fields of an entry are written in the order of their keys");
    this.#lastKey = key;
    this.#count++;
    if (key < 24) this.#out[this.#at++] = key;
    else {
      this.#out[this.#at++] = 24;
      this.#out[this.#at++] = key;
    }
  }

  /** Major type and argument, in the shortest form. */
  #head(type: number, value: number): void {
    const out = this.#out;
    let at = this.#at;
    if (value < 24) out[at++] = type | value;
    else if (value < 0x100) {
      out[at++] = type | 24;
      out[at++] = value;
    } else if (value < 0x10000) {
      out[at++] = type | 25;
      out[at++] = value >>> 8;
      out[at++] = value & 0xff;
    } else {
      if (value < 0x100000000) out[at++] = type | 26;
      else {
        const high = Math.floor(value / 0x100000000);
        out[at++] = type | 27;
        out[at++] = high >>> 24;
        out[at++] = (high >>> 16) & 0xff;
        out[at++] = (high >>> 8) & 0xff;
        out[at++] = high & 0xff;
      }
      out[at++] = (value >>> 24) & 0xff;
      out[at++] = (value >>> 16) & 0xff;
      out[at++] = (value >>> 8) & 0xff;
      out[at++] = value & 0xff;
    }
    this.#at = at;
  }

  #copy(source: Uint8Array, from: number, to: number): void {
    const out = this.#out;
    let at = this.#at;
    if (to - from > 64) {
      out.set(source.subarray(from, to), at);
      at += to - from;
    } else for (let index = from; index < to; index++) out[at++] = source[index] as number;
    this.#at = at;
  }
}
