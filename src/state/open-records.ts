/** Durable records in a folder, as a worker sees them; its thread begins when it is first asked. */
import { join } from "node:path";
import type { Claim, CountTaken, DurableRecords } from "#base/durable-records.ts";
import { nodeDisk } from "#base/platform.ts";
import { startWorkerThread, type WorkerThread } from "#runtime/worker-thread.ts";
import { fileName, type Change } from "./record-file.ts";

export interface OpenRecords extends DurableRecords {
  /** What was asked for before is done. */
  close(): Promise<void>;
}

const heapMbMax = 64;
/** Only the owner: answers of services are kept in it. */
const folderPermissions = 0o700;
/** Beyond, whoever asks is refused: the disk is too slow for what is asked of it. */
const waitingMax = 10_000;

export function openRecords(folder: string): OpenRecords {
  let thread: WorkerThread | undefined;
  let waiting = 0;

  async function ask(change: Change): Promise<unknown> {
    if (waiting >= waitingMax) throw new Error(`${waitingMax} changes wait for the disk already`);
    thread ??= start();
    waiting++;
    try {
      return await thread.ask(change);
    } finally {
      waiting--;
    }
  }

  function start(): WorkerThread {
    const started = startWorkerThread({
      entry: new URL("./record-thread.ts", import.meta.url),
      name: "records",
      data: join(folder, fileName),
      resourceLimits: { maxOldGenerationSizeMb: heapMbMax },
      onMessage: () => undefined,
      // The next who asks begins it anew.
      onEnd: () => {
        if (thread === started) thread = undefined;
      },
    });
    return started;
  }

  return {
    prepare: () => nodeDisk.makeFolder(folder, folderPermissions),
    claim: async (record) => (await ask({ kind: "claim", ...record })) as Claim,
    replace: async (record) => (await ask({ kind: "replace", ...record })) as Claim,
    async remove(scope, key) {
      await ask({ kind: "remove", scope, key });
    },
    take: async (count) => (await ask({ kind: "take", ...count })) as CountTaken,
    async giveBack(key, amount) {
      if (amount !== 0) await ask({ kind: "give-back", key, amount });
    },
    async close() {
      const closing = thread;
      if (closing === undefined) return;
      await closing.ask("close").catch(() => undefined);
      await closing.terminate();
    },
  };
}
