/** What a worker and the committing thread tell each other about files of bodies: shared memory. */

/**
 * number: of the file that the worker writes now, from 1; 0: none yet. written: counts records.
 * failed: files up to this number could not be synced and are not written any more. base: `written`
 * when the present file was begun.
 */
export const slot = { number: 0, written: 1, failed: 2, base: 3 } as const;

const slotFields = 4;
/** Before the slots: how many subjects were erased since the start. */
const erasures = 0;
const slotsStart = 1;

export function createBodySlots(workers: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * (slotsStart + slotFields * workers)));
}

export function slotAt(worker: number, field: (typeof slot)[keyof typeof slot]): number {
  return slotsStart + worker * slotFields + field;
}

export function slotCount(slots: Int32Array): number {
  return (slots.length - slotsStart) / slotFields;
}

/** Whoever keeps keys in memory forgets them when this has changed. */
export function erasureCount(slots: Int32Array): number {
  return Atomics.load(slots, erasures);
}

export function announceErasure(slots: Int32Array): void {
  Atomics.add(slots, erasures, 1);
}
