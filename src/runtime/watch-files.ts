/**
 * Notices that one of several files is another one: written in place, replaced by an editor's
 * rename, or reached through a link that was switched. Folders are watched, and because those can
 * be replaced too, the files are looked at every few seconds.
 */
import type { Cancel, Platform } from "#base/platform.ts";
import { dirname } from "node:path";

/** Files must have been left alone that long before the change counts. */
const settleMs = 100;
const lookMs = 3_000;

export interface FileWatch {
  /** From now on these, as they are now. */
  watch(paths: readonly string[]): void;
  close(): void;
}

type Watched = Pick<Platform, "files" | "timers">;

export function createFileWatch({ files, timers }: Watched, onChange: () => void): FileWatch {
  const folders = new Map<string, { close(): void }>();
  let paths: readonly string[] = [];
  let accepted = "";
  let pending: string | undefined;
  let cancelSettle: Cancel | undefined;

  const stampAll = (): string => paths.map((path) => files.stamp(path) ?? "-").join("\n");

  /** Something may have happened. */
  function look(): void {
    if (cancelSettle !== undefined) return;
    pending = stampAll();
    if (pending !== accepted) cancelSettle = timers.after(settleMs, settle);
  }

  function settle(): void {
    cancelSettle = undefined;
    const seen = pending;
    const now = stampAll();
    if (now !== seen) return look();
    if (now === accepted) return;
    accepted = now;
    watchFolders();
    onChange();
  }

  function watchFolders(): void {
    const wanted = new Set(paths.map(dirname));
    for (const [folder, watcher] of folders) {
      watcher.close();
      folders.delete(folder);
    }
    for (const folder of wanted) {
      try {
        const watcher = files.watch(folder, look);
        watcher.on("error", () => watcher.close());
        folders.set(folder, watcher);
      } catch {
        // Without a watcher the folder is looked at now and then.
      }
    }
  }

  const cancelLooking = timers.every(lookMs, look);
  return {
    watch(next) {
      const isSame = next.length === paths.length && next.every((path, at) => path === paths[at]);
      paths = next;
      accepted = stampAll();
      if (!isSame) watchFolders();
    },
    close() {
      cancelLooking();
      cancelSettle?.();
      for (const watcher of folders.values()) watcher.close();
    },
  };
}
