/**
 * When an entry was made and of which exchange it is, read from its first bytes alone: for indexes,
 * that look at every entry.
 */
import { fields } from "./fields.ts";

export interface EntryStamp {
  /** Number of the kind; -1: not an entry. */
  code: number;
  timeUs: number;
  /** Where the 16 octets of the exchange id begin; -1: it has none. */
  exchangeAt: number;
}

const wide = 24;

/** Fills in `stamp`; never throws. The bytes must have been checked to be one entry. */
export function readStamp(bytes: Uint8Array, from: number, to: number, stamp: EntryStamp): void {
  stamp.code = -1;
  stamp.timeUs = 0;
  stamp.exchangeAt = -1;
  let at = from + ((bytes[from] as number) === (0xa0 | wide) ? 2 : 1);
  // Keys up to that of the exchange id take one byte each.
  while (at < to) {
    const key = bytes[at] as number;
    if (key > fields.exchange.key) return;
    const head = bytes[++at] as number;
    if (key === fields.exchange.key) {
      if (head === 0x50 && at + 17 <= to) stamp.exchangeAt = at + 1;
      return;
    }
    if (head > 0x1b) return;
    const size = head < wide ? 0 : 1 << (head - wide);
    let value = head < wide ? head : 0;
    for (let index = 1; index <= size; index++) {
      value = value * 256 + (bytes[at + index] ?? 0);
    }
    at += 1 + size;
    if (key === fields.kind.key) stamp.code = value;
    else if (key === fields.timeUs.key) stamp.timeUs = value;
  }
}
