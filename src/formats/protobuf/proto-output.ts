/** Bytes of a message as it is written, forwards; lengths are put in once they are known. */
import { ProtoRefusal } from "./proto-cursor.ts";

const startBytes = 1_024;

export class ProtoOutput {
  bytes: Buffer = Buffer.allocUnsafe(startBytes);
  at = 0;
  readonly #bytesMax: number;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** A copy of what was written; the output begins anew. */
  take(): Buffer {
    const taken = Buffer.allocUnsafeSlow(this.at);
    this.bytes.copy(taken, 0, 0, this.at);
    this.at = 0;
    if (this.bytes.length > 1024 * startBytes) this.bytes = Buffer.allocUnsafe(startBytes);
    return taken;
  }

  reserve(count: number): void {
    const wanted = this.at + count;
    if (wanted <= this.bytes.length) return;
    if (wanted > this.#bytesMax) {
      const message = `a document of more than documentBytesMax, ${this.#bytesMax} bytes`;
      throw new ProtoRefusal(message, "limit-exceeded");
    }
    const larger = Buffer.allocUnsafe(Math.max(wanted, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  /** Of 32 bits, unsigned. */
  varint(value: number): void {
    this.reserve(5);
    const { bytes } = this;
    let { at } = this;
    let rest = value >>> 0;
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.at = at;
  }

  varint64(low: number, high: number): void {
    if (high === 0) return this.varint(low);
    this.reserve(10);
    const { bytes } = this;
    let { at } = this;
    let lower = low >>> 0;
    let upper = high >>> 0;
    while (upper !== 0 || lower > 0x7f) {
      bytes[at++] = (lower & 0x7f) | 0x80;
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    bytes[at++] = lower;
    this.at = at;
  }

  fixed32(value: number): void {
    this.reserve(4);
    this.at = this.bytes.writeUInt32LE(value >>> 0, this.at);
  }

  fixed64(low: number, high: number): void {
    this.fixed32(low);
    this.fixed32(high);
  }

  float(value: number): void {
    this.reserve(4);
    this.at = this.bytes.writeFloatLE(value, this.at);
  }

  double(value: number): void {
    this.reserve(8);
    this.at = this.bytes.writeDoubleLE(value, this.at);
  }

  /** With its length before it. */
  text(value: string): void {
    const begun = this.begin();
    this.reserve(value.length * 3);
    this.at += this.bytes.write(value, this.at, "utf8");
    this.end(begun);
  }

  /** With their length before them. */
  binary(value: Uint8Array): void {
    this.varint(value.length);
    this.reserve(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  /** Opens something that has its length before it. @returns what `end` wants. */
  begin(): number {
    this.reserve(1);
    return this.at++;
  }

  /** Most are shorter than 128 bytes, so one byte was kept free; longer ones are moved. */
  end(begun: number): void {
    const length = this.at - begun - 1;
    if (length < 0x80) {
      this.bytes[begun] = length;
      return;
    }
    const lengthBytes = length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5;
    this.reserve(lengthBytes - 1);
    this.bytes.copyWithin(begun + lengthBytes, begun + 1, this.at);
    this.at = begun;
    this.varint(length);
    this.at += length;
  }
}
