/** Counts entries that could not be put on record, and keeps the first exchange ids of them. */
import { readStamp, type EntryStamp } from "#ledger/entry/entry-stamp.ts";

export interface Missed {
  readonly count: number;
  /** Of the first of them, as hexadecimal digits. */
  readonly exchanges: readonly string[];
  readonly sinceUs: number;
  readonly reason: string;
}

const idsMax = 100;
const idBytes = 16;

export class MissedEntries {
  readonly #stamp: EntryStamp = { code: -1, timeUs: 0, exchangeAt: -1 };
  #count = 0;
  #exchanges: string[] = [];
  #sinceUs: number | undefined;
  #reason = "";

  get count(): number {
    return this.#count;
  }

  /** Undefined: recording never stopped. */
  get value(): Missed | undefined {
    if (this.#sinceUs === undefined) return undefined;
    const { sinceUs, reason } = { sinceUs: this.#sinceUs, reason: this.#reason };
    return { count: this.#count, exchanges: this.#exchanges, sinceUs, reason };
  }

  /** From now on entries are missed; the first reason stays. */
  begin(timeUs: number, reason: string): void {
    if (this.#sinceUs !== undefined) return;
    this.#sinceUs = Math.floor(timeUs);
    this.#reason = reason;
  }

  readonly add = (bytes: Buffer, from: number, to: number): void => {
    this.#count++;
    if (this.#exchanges.length >= idsMax) return;
    const stamp = this.#stamp;
    readStamp(bytes, from, to, stamp);
    const at = stamp.exchangeAt;
    if (at >= 0) this.#exchanges.push(bytes.toString("hex", at, at + idBytes));
  };

  addAll({ count, exchanges, sinceUs, reason }: Missed): void {
    this.begin(sinceUs, reason);
    this.#count += count;
    this.#exchanges = [...this.#exchanges, ...exchanges].slice(0, idsMax);
  }

  clear(): void {
    this.#count = 0;
    this.#exchanges = [];
    this.#sinceUs = undefined;
    this.#reason = "";
  }
}
