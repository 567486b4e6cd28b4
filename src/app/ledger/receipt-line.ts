/**
 * The line `Parlance-Receipt` of an answer whose record is durable. One object serves all answers
 * of a worker: a line that is filled in anew and copied, because this runs for every exchange.
 */
import { hashBytes } from "#ledger/tree/hashes.ts";
import { base64Length, writeBase64 } from "#ledger/tree/base64.ts";
import type { LateLines } from "#wire/own-lines.ts";

export class ReceiptLine implements LateLines {
  readonly #start: string;
  #digits = 0;
  #indexAt = 0;
  #leafAt = 0;
  #line: Buffer = Buffer.alloc(0);

  /** @param origin of the log. */
  constructor(origin: string) {
    this.#start = `Parlance-Receipt: "${origin}";index=`;
    this.#makeRoom(1);
  }

  /** @param hashes where the leaf's stands, at `hashAt`. */
  tell(index: number, hashes: Buffer, hashAt: number): this {
    const digits = digitsOf(index);
    if (digits !== this.#digits) this.#makeRoom(digits);
    const line = this.#line;
    let rest = index;
    for (let place = this.#indexAt + digits - 1; place >= this.#indexAt; place--) {
      const tens = Math.floor(rest / 10);
      line[place] = 0x30 + (rest - tens * 10);
      rest = tens;
    }
    writeBase64(hashes, hashAt, hashAt + hashBytes, line, this.#leafAt);
    return this;
  }

  #makeRoom(digits: number): void {
    const [index, leaf] = ["0".repeat(digits), "0".repeat(base64Length(hashBytes))];
    this.#line = Buffer.from(`${this.#start}${index};leaf=:${leaf}:\r\n`, "latin1");
    this.#digits = digits;
    this.#indexAt = this.#start.length;
    this.#leafAt = this.#indexAt + digits + ";leaf=:".length;
  }

  get byteLength(): number {
    return this.#line.length;
  }

  writeLines(out: Buffer, at: number): number {
    out.set(this.#line, at);
    return at + this.#line.length;
  }

  get text(): string {
    return this.#line.toString("latin1");
  }
}

function digitsOf(index: number): number {
  let digits = 1;
  for (let bound = 10; index >= bound; bound *= 10) digits++;
  return digits;
}
