/** What holds for a scanner of any format, whatever the document. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { placeOfList, type ListScanner } from "./split-list.ts";

export interface ScannerCase {
  readonly name: string;
  readonly create: () => ListScanner;
  readonly document: string;
  /** Undefined: there is no such list. */
  readonly items: string | undefined;
  /** What closes the document behind an item. */
  readonly closing?: string;
}

/** The place of the list is found, and is the same for any split of the bytes. */
export function assertPlace({ create, document, items }: ScannerCase): void {
  const bytes = Buffer.from(document);
  const place = placeOfList(create(), bytes);
  assert.equal(place && bytes.toString("utf8", place.from, place.to), items);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
      const scanner = create();
      scanner.settle();
      for (const cut of cuts.toSorted((a, b) => a - b)) scanner.scan(bytes.subarray(0, cut));
      scanner.scan(bytes);
      const { state, start, end } = scanner.found;
      assert.deepEqual(state === "ended" ? { from: start, to: end } : undefined, place);
    }),
  );
}

/** Within the list it is known what is open, where the case says it. */
export function assertOpen({ create, document, items, closing }: ScannerCase): void {
  if (closing === undefined || items === undefined) return;
  const scanner = create();
  const bytes = Buffer.from(document);
  scanner.scan(bytes.subarray(0, bytes.indexOf(items) + items.length));
  const { state, itemsEnd, start } = scanner.found;
  assert.equal(state, "open");
  assert.equal(scanner.closing(), closing);
  assert.ok(itemsEnd > start);
}
