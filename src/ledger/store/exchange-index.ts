/**
 * Which entries of a sealed segment belong to an exchange: sorted rows of 64 bits, 48 of the id's
 * last bits, which are random, and 16 of the entry's place. A hit is a hint: the entry decides.
 */
/** Of one row. */
export const exchangeRowBytes = 8;
const rowWords = 2;
const tailAt = 10;

export interface ExchangeIndexBuilder {
  /** The 16 octets of an id stand in `bytes` at `from`; `slot`: place in the segment. */
  add(bytes: Uint8Array, from: number, slot: number): void;
  /** The rows, sorted, as bytes. */
  finish(): Buffer;
}

/** @param rowsMax that will be added. */
export function buildExchangeIndex(rowsMax: number): ExchangeIndexBuilder {
  const rows = new BigUint64Array(rowsMax);
  const words = new Uint32Array(rows.buffer);
  let count = 0;
  return {
    add(bytes, from, slot) {
      words[count * rowWords + 1] = highOf(bytes, from);
      words[count * rowWords] = (lowOf(bytes, from) << 16) | slot;
      count++;
    },
    finish() {
      const own = rows.subarray(0, count).sort();
      const out = Buffer.alloc(count * 8);
      const sorted = new Uint32Array(own.buffer, 0, count * rowWords);
      for (let row = 0; row < count; row++) {
        out.writeUInt32BE(sorted[row * rowWords + 1] as number, row * 8);
        out.writeUInt32BE(sorted[row * rowWords] as number, row * 8 + 4);
      }
      return out;
    },
  };
}

/** Places in the segment of entries that may belong to the exchange, ascending. */
export function lookUpExchange(index: Buffer, id: Uint8Array): readonly number[] {
  const high = highOf(id, 0);
  const low = lowOf(id, 0);
  let from = 0;
  let to = index.length / 8;
  while (from < to) {
    const middle = (from + to) >> 1;
    const rowHigh = index.readUInt32BE(middle * 8);
    const isBefore =
      rowHigh < high || (rowHigh === high && index.readUInt16BE(middle * 8 + 4) < low);
    if (isBefore) from = middle + 1;
    else to = middle;
  }
  const slots: number[] = [];
  for (let row = from * 8; row < index.length; row += 8) {
    if (index.readUInt32BE(row) !== high || index.readUInt16BE(row + 4) !== low) break;
    slots.push(index.readUInt16BE(row + 6));
  }
  return slots;
}

function highOf(bytes: Uint8Array, from: number): number {
  const at = from + tailAt;
  const first = (bytes[at] as number) * 2 ** 24;
  return (
    first +
    (((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number))
  );
}

function lowOf(bytes: Uint8Array, from: number): number {
  const at = from + tailAt + 4;
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
