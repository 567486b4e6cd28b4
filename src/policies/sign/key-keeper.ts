/** The keys of one folder in one worker: made when they are due, read again when they change. */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import type { Platform } from "#base/platform.ts";
import { dropKey, makeKey, namesIn, readKeys, type SigningKey } from "./key-folder.ts";
import { rolesOf, type KeyRoles } from "./key-life.ts";

export interface KeyKeeper {
  readonly signing: SigningKey;
  readonly published: readonly object[];
  close(): void;
}

const lookMs = 10_000;

/** Throws when the folder cannot be used. */
export function createKeyKeeper(
  { clock, random, timers, files }: Pick<Platform, "clock" | "random" | "timers" | "files">,
  disk: Disk,
  folder: string,
  rotateMs: number,
): KeyKeeper {
  /** Names and stamps: a file may be exchanged for another of its name. */
  let seen = "";
  let keys: readonly SigningKey[] = [];
  let roles: KeyRoles;

  function look(): void {
    const found = namesIn(disk, folder).map((name) => [name, files.stamp(join(folder, name))]);
    const next = JSON.stringify(found);
    if (next !== seen) keys = readKeys(disk, folder);
    seen = next;
    roles = rolesOf(keys, clock.nowMs(), rotateMs);
  }

  function tend(): void {
    look();
    if (roles.due !== undefined) {
      makeKey(disk, random, clock.nowMs(), { folder, number: roles.due });
      look();
    }
    for (const { number } of roles.outlived) dropKey(disk, folder, number);
  }

  tend();
  const stop = timers.every(lookMs, () => {
    try {
      tend();
    } catch {
      // What was read before goes on signing; `parlance doctor` tells what is wrong.
    }
  });
  return {
    get signing() {
      return roles.signing as SigningKey;
    },
    get published() {
      return roles.published.map(({ published }) => published);
    },
    close: stop,
  };
}
