/**
 * What has changed since an answer was asked for, in all workers alike: numbers that grow. An
 * answer counts as long as the sum is what it was when its request went out. Addresses share
 * numbers, so that there are few of them; that can only make an answer count less long.
 */
import type { Platform } from "#base/platform.ts";
import type { CellKey, SharedCells } from "#base/shared-cells.ts";
import { purgeKey } from "#extension/cache-purge.ts";

export interface Marks {
  /** @param text of what may change. */
  readonly numberOf: (text: string) => number;
  readonly note: (text: string) => void;
  /** How often what is kept of a service was purged. */
  readonly purgesOf: (serviceName: string) => number;
}

const slotCount = 1_024;
const keptMs = 30 * 86_400_000;

export function createMarks(cells: SharedCells, id: string, { clock }: Platform): Marks {
  const slots: (CellKey | undefined)[] = [];
  const purges = new Map<string, CellKey>();
  const slotOf = (text: string): CellKey => {
    const index = slotIndex(text);
    return (slots[index] ??= cells.keyOf(`cache ${id} ${index}`));
  };
  return {
    numberOf: (text) => cells.read(slotOf(text), clock.nowMs()),
    purgesOf(serviceName) {
      const known = purges.get(serviceName);
      const key = known ?? purgeKey(cells, serviceName);
      if (known === undefined) purges.set(serviceName, key);
      return cells.read(key, clock.nowMs());
    },
    note(text) {
      const nowMs = clock.nowMs();
      cells.update(slotOf(text), nowMs, (present) => ({
        value: present + 1,
        untilMs: nowMs + keptMs,
      }));
    },
  };
}

/** FNV-1a. */
function slotIndex(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return (sum >>> 0) % slotCount;
}
