/** Counts exchanges that could not be put on record, and keeps the ids of the first of them. */
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import { readStamp, type EntryStamp } from "#ledger/entry/entry-stamp.ts";
import { kindNames } from "#ledger/entry/fields.ts";

export interface Missed {
  readonly count: number;
  /** Of the first of them, as hexadecimal digits. */
  readonly exchanges: readonly string[];
  readonly sinceUs: number;
  readonly reason: string;
}

const idsMax = 100;
const idBytes = 16;
const intentCode = kindNames.indexOf("intent");
const gapCode = kindNames.indexOf("gap");

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
    const stamp = this.#stamp;
    readStamp(bytes, from, to, stamp);
    // What becomes of its exchange, which is refused, is an entry of its own.
    if (stamp.code === intentCode) return;
    if (stamp.code === gapCode) return this.#addGap(bytes.subarray(from, to));
    this.#count++;
    if (this.#exchanges.length >= idsMax) return;
    const at = stamp.exchangeAt;
    if (at >= 0) this.#exchanges.push(bytes.toString("hex", at, at + idBytes));
  };

  /** What it would have told is told by the next one. */
  #addGap(bytes: Buffer): void {
    const gap = decodeEntry(bytes);
    if (gap.kind !== "gap") return;
    const { count, exchanges = [], sinceUs = gap.timeUs, reason } = gap;
    this.addAll({ count, exchanges, sinceUs, reason });
    this.#sinceUs = Math.min(this.#sinceUs ?? sinceUs, sinceUs);
  }

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
