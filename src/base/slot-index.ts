/**
 * Places of things by a hash of them, in one flat array that threads can share: open addressing, at
 * most half of the slots in use. Filled once; the hash has to be good in its low bits.
 */
export function createSlotIndex(count: number): Uint32Array {
  let size = 2;
  while (size < 2 * count) size *= 2;
  return new Uint32Array(size);
}

export function addPlace(slots: Uint32Array, hash: number, place: number): void {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = place + 1;
}

/** The first place that was added with this hash, or one that shares its slots, and is the one. */
export function findPlace(
  slots: Uint32Array,
  hash: number,
  isIt: (place: number) => boolean,
): number | undefined {
  const mask = slots.length - 1;
  for (let slot = hash & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
    const place = (slots[slot] as number) - 1;
    if (isIt(place)) return place;
  }
  return undefined;
}
