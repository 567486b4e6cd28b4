/** What a worker and the thread that commits tell each other about files of bodies: shared memory. */

/**
 * number: of the file that the worker writes now, from 1; 0: none yet. written: counts records.
 * failed: files up to this number could not be synced and are not written any more. base: `written`
 * when the present file was begun.
 */
export const slot = { number: 0, written: 1, failed: 2, base: 3 } as const;

const slotFields = 4;

export function createBodySlots(workers: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * slotFields * workers));
}

export function slotAt(worker: number, field: (typeof slot)[keyof typeof slot]): number {
  return worker * slotFields + field;
}

export function slotCount(slots: Int32Array): number {
  return slots.length / slotFields;
}
