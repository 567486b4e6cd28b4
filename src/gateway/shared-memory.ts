/** What all workers of a gateway have in common. */
import { createReplayMemory } from "#base/replay-table.ts";
import { createCellMemory } from "#base/shared-cells.ts";
import { createCountMemory, type CountMemory } from "#base/shared-counts.ts";

export interface SharedMemory {
  readonly replays: SharedArrayBuffer;
  readonly cells: SharedArrayBuffer;
  /** As one worker sees it. */
  readonly counts: CountMemory;
}

export function createSharedMemory(workers = 1): SharedMemory {
  return {
    replays: createReplayMemory(),
    cells: createCellMemory(),
    counts: createCountMemory(workers),
  };
}
