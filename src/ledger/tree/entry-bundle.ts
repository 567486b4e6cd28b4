/** Entry bundles (C2SP tlog-tiles): up to 256 entries, each behind its length as a uint16. */
import { assert } from "#base/assert.ts";
import type { Problem } from "#base/problem.ts";
import { entryBytesMax } from "./hashes.ts";
import { malformed } from "./problems.ts";
import { tileWidth } from "./tile.ts";

export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  assert(entries.length <= tileWidth, "a bundle holds at most 256 entries");
  const bundle = Buffer.allocUnsafe(entries.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const entry of entries) {
    assert(entry.length <= entryBytesMax, "an entry has at most 65,535 bytes");
    bundle.writeUInt16BE(entry.length, at);
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/**
 * Tells where each entry of a bundle stands, without copying.
 *
 * @returns a problem when there are not `count` entries, or bytes are left.
 */
export function walkBundle(
  bundle: Uint8Array,
  count: number,
  visit: (entry: number, from: number, to: number) => void,
): Problem | undefined {
  let at = 0;
  for (let entry = 0; entry < count; entry++) {
    const from = at + 2;
    const to = from + (((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0));
    if (from > bundle.length || to > bundle.length) {
      return malformed(
        `entry ${entry} of a bundle of ${count} ends at byte ${to}, ` +
          `the bundle at ${bundle.length}`,
      );
    }
    visit(entry, from, to);
    at = to;
  }
  return at === bundle.length
    ? undefined
    : malformed(`a bundle has ${bundle.length - at} bytes behind its ${count} entries`);
}

/** The entries of a bundle, as views of it. */
export function decodeBundle(bundle: Buffer, count: number): readonly Buffer[] | Problem {
  const entries: Buffer[] = [];
  const fault = walkBundle(bundle, count, (_, from, to) => entries.push(bundle.subarray(from, to)));
  return fault ?? entries;
}
