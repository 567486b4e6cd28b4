/** Where entries of exchanges stand in a segment that is not sealed. */
import { segmentEntries } from "./layout.ts";

export interface UnsealedIndex {
  /** Entries of the segment before this place are in it. */
  indexedTo: number;
  /** The 16 octets of an id stand in `bytes` at `from`. */
  add(bytes: Buffer, from: number, slot: number): void;
  /** Places of entries that may belong to the exchange, ascending. */
  candidates(id: Buffer): readonly number[];
}

/** Of an id's last bytes, which are random. */
const tailAt = 8;

export function createUnsealedIndex(): UnsealedIndex {
  const words = new Int32Array(2 * segmentEntries);
  const slots = new Uint16Array(segmentEntries);
  let count = 0;
  return {
    indexedTo: 0,
    add(bytes, from, slot) {
      words[2 * count] = bytes.readInt32BE(from + tailAt);
      words[2 * count + 1] = bytes.readInt32BE(from + tailAt + 4);
      slots[count++] = slot;
    },
    candidates(id) {
      const high = id.readInt32BE(tailAt);
      const low = id.readInt32BE(tailAt + 4);
      const found: number[] = [];
      for (let at = 0; at < count; at++) {
        if (words[2 * at] === high && words[2 * at + 1] === low) found.push(slots[at] as number);
      }
      return found;
    },
  };
}
