/** What all workers of a gateway have in common. */
import { createReplayMemory } from "#base/replay-table.ts";
import { createCellMemory } from "#base/shared-cells.ts";

export interface SharedMemory {
  readonly replays: SharedArrayBuffer;
  readonly cells: SharedArrayBuffer;
}

export function createSharedMemory(): SharedMemory {
  return { replays: createReplayMemory(), cells: createCellMemory() };
}
