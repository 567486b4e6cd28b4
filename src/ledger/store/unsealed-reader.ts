/**
 * The entries of unsealed parts, read while another process may write them. What was read of a part
 * is given up again when a later part begins before it: those frames were never acknowledged.
 */
import type { Disk, DiskFile } from "#base/disk.ts";
import { walkBundle } from "#ledger/tree/entry-bundle.ts";
import { frameHeadBytes } from "./frame.ts";
import type { PartHead } from "./part-head.ts";
import { damaged } from "./problems.ts";
import { createScanner, startOf, type ScanPlace, type Scanner } from "./scan.ts";

export interface UnsealedPart {
  readonly path: string;
  readonly head: PartHead;
  readonly place: ScanPlace;
  /** Index behind the last entry that counts. */
  readonly end: number;
  /** Reads on to the index `limit`. */
  refresh(limit: number): void;
  /** Entries from `from` to before `to`, all of this part; false: no more are wanted. */
  scan(
    from: number,
    to: number,
    visit: (index: number, bytes: Buffer, from: number, to: number) => boolean | undefined,
  ): boolean;
  close(): void;
}

export function openUnsealedPart(disk: Disk, path: string, head: PartHead): UnsealedPart {
  const file: DiskFile = disk.open(path, "read");
  const scanner: Scanner = createScanner();
  const place = startOf(head);
  /** Index of the first entry and position of each frame. */
  const firsts: number[] = [];
  const positions: number[] = [];
  let limit = Infinity;
  const endNow = (): number => Math.min(place.next, limit);

  function frameOf(index: number): number {
    let low = 0;
    let high = firsts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((firsts[middle] as number) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  return {
    path,
    head,
    place,
    get end() {
      return endNow();
    },
    refresh(newLimit) {
      limit = newLimit;
      scanner.scan(file, head, place, limit, (frame) => {
        firsts.push(frame.first);
        positions.push(place.position);
      });
    },
    scan(from, to, visit) {
      for (let at = frameOf(from); at < firsts.length; at++) {
        const first = firsts[at] as number;
        if (first >= to) break;
        const position = positions[at] as number;
        const next = firsts[at + 1] ?? place.next;
        const bytes = Buffer.allocUnsafe((positions[at + 1] ?? place.position) - position);
        const count = file.read(bytes, 0, bytes.length, position);
        let goesOn = count === bytes.length;
        if (!goesOn) throw damaged(`${path} was cut off at byte ${position + count}`);
        const payload = bytes.subarray(frameHeadBytes);
        const fault = walkBundle(payload, next - first, (entry, entryFrom, entryTo) => {
          const index = first + entry;
          if (!goesOn || index < from || index >= to) return;
          goesOn = visit(index, payload, entryFrom, entryTo) !== false;
        });
        if (fault !== undefined) throw damaged(`${path}, byte ${position}: ${fault.detail}`);
        if (!goesOn) return false;
      }
      return true;
    },
    close: () => file.close(),
  };
}
