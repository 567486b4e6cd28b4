/**
 * The line `Parlance-Receipt` of an answer whose record is durable. One object serves all answers
 * of a worker, and octets are written where they are wanted, because this runs for every exchange.
 */
import { hashBytes } from "#ledger/tree/hashes.ts";
import { base64Length, writeBase64 } from "#ledger/tree/base64.ts";
import type { LateLines } from "#wire/ends.ts";

const end = Buffer.from(":\r\n", "latin1");
const beforeHash = Buffer.from(";leaf=:", "latin1");
const behindIndex = beforeHash.length + base64Length(hashBytes) + end.length;

export class ReceiptLine implements LateLines {
  readonly #start: Buffer;
  #index = 0;
  #digits = 1;
  #hashes: Buffer = end;
  #hashAt = 0;

  /** @param origin of the log. */
  constructor(origin: string) {
    this.#start = Buffer.from(`Parlance-Receipt: "${origin}";index=`, "latin1");
  }

  /** @param hashes where the leaf's stands, at `hashAt`, as long as this is used. */
  tell(index: number, hashes: Buffer, hashAt: number): this {
    this.#index = index;
    this.#hashes = hashes;
    this.#hashAt = hashAt;
    this.#digits = digitsOf(index);
    return this;
  }

  get byteLength(): number {
    return this.#start.length + this.#digits + behindIndex;
  }

  writeLines(out: Buffer, at: number): number {
    at = put(this.#start, out, at);
    let rest = this.#index;
    for (let place = at + this.#digits - 1; place >= at; place--) {
      const tens = Math.floor(rest / 10);
      out[place] = 0x30 + (rest - tens * 10);
      rest = tens;
    }
    at = put(beforeHash, out, at + this.#digits);
    at = writeBase64(this.#hashes, this.#hashAt, this.#hashAt + hashBytes, out, at);
    return put(end, out, at);
  }

  get text(): string {
    const out = Buffer.allocUnsafe(this.byteLength);
    this.writeLines(out, 0);
    return out.toString("latin1");
  }
}

function digitsOf(index: number): number {
  let digits = 1;
  for (let bound = 10; index >= bound; bound *= 10) digits++;
  return digits;
}

/** Short: a loop costs less than a call out of JavaScript. */
function put(bytes: Buffer, out: Buffer, at: number): number {
  for (let index = 0; index < bytes.length; index++) out[at++] = bytes[index] as number;
  return at;
}
