/**
 * Splits a document that holds a large list, while it comes, into small documents of the same kind:
 * each has what stands before the list, some of the items, and what closes it; the last one has
 * what stands behind the list, too. Nothing is understood here: the parts are read as any document.
 */
import type { ListFound } from "./list-search.ts";

/** Finds one of several lists, and its items, in the bytes of a document. */
export interface ListScanner {
  readonly found: ListFound;
  /** Goes on as far as the bytes reach; they are those that it had, and more behind them. */
  readonly scan: (bytes: Buffer) => void;
  /** The first so many are gone. */
  readonly drop: (count: number) => void;
  /** Stops at the end of the list that is open, instead of looking for another. */
  readonly settle: () => void;
  /** Closes what is open around the items. */
  readonly closing: () => string;
}

export interface ListSplitter {
  /** Which of the lists it is. */
  readonly list: number;
  /** Bytes that wait for more, or stand in each part. */
  readonly heldBytes: number;
  /** @param take gets the part that these bytes complete, if any; it is there only meanwhile. */
  readonly push: (bytes: Buffer, take: TakePart) => void;
  /** The last part. */
  readonly end: () => Buffer;
}

export type TakePart = (part: Buffer) => void;

/** Items of a part, at least; with a long head more, so that reading it again costs little. */
const partBytesMin = 64 * 1024;
const headsPerPart = 4;

/** @param begun the document so far. Undefined: it does not end within a list. */
export function splitList(scanner: ListScanner, begun: Buffer): ListSplitter | undefined {
  scanner.scan(begun);
  const { found } = scanner;
  if (found.state !== "open") return undefined;
  scanner.settle();
  const { list, start: headBytes } = found;
  const closing = Buffer.from(scanner.closing());
  const bytesMin = Math.max(partBytesMin, headsPerPart * headBytes);
  // The head, and behind it what is not taken yet: parts are made where they stand.
  let window = Buffer.allocUnsafeSlow(2 * begun.length);
  let length = begun.copy(window);
  scanner.drop(headBytes);

  function hold(bytes: Buffer): void {
    const needed = length + bytes.length + closing.length;
    if (needed > window.length) {
      const larger = Buffer.allocUnsafeSlow(2 * needed);
      window.copy(larger, 0, 0, length);
      window = larger;
    }
    length += bytes.copy(window, length);
  }

  function givePart(take: TakePart): void {
    const { itemsEnd, nextItem } = found;
    if (itemsEnd < bytesMin) return;
    const end = headBytes + itemsEnd;
    const covered = Buffer.from(window.subarray(end, end + closing.length));
    closing.copy(window, end);
    take(window.subarray(0, end + closing.length));
    covered.copy(window, end);
    window.copyWithin(headBytes, headBytes + nextItem, length);
    length -= nextItem;
    scanner.drop(nextItem);
  }

  return {
    list,
    get heldBytes() {
      return length;
    },
    push(bytes, take) {
      hold(bytes);
      if (found.state === "open") scanner.scan(window.subarray(headBytes, length));
      givePart(take);
    },
    end: () => window.subarray(0, length),
  };
}

/** Where the items of a list stand. */
export interface ListPlace {
  readonly from: number;
  readonly to: number;
}

/** In a document that is whole, and has such a list with an item in it. */
export function placeOfList(scanner: ListScanner, document: Buffer): ListPlace | undefined {
  scanner.settle();
  scanner.scan(document);
  const { state, start, end } = scanner.found;
  return state === "ended" ? { from: start, to: end } : undefined;
}
