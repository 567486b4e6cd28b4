/** How caches in all workers hear that nothing they keep of a service is to be given any more. */
import type { CellKey, SharedCells } from "#base/shared-cells.ts";

const keptMs = 30 * 86_400_000;

export function purgeKey(cells: SharedCells, serviceName: string): CellKey {
  return cells.keyOf(`purge ${serviceName}`);
}

/** A number that grows with each purge, read at {@link purgeKey}. */
export function notePurge(cells: SharedCells, serviceName: string, nowMs: number): void {
  cells.update(purgeKey(cells, serviceName), nowMs, (present) => ({
    value: present + 1,
    untilMs: nowMs + keptMs,
  }));
}
