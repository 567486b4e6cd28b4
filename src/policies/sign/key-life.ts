/**
 * Which key is which at a time: a new one is published for a while before it signs, so that
 * services that keep keys have it by then; an old one goes on being published for a while after.
 */
import type { SigningKey } from "./key-folder.ts";

const publishAheadMs = 3_600_000;
const keepMs = 86_400_000;

export interface KeyRoles {
  /** Undefined: there are no keys. */
  readonly signing: SigningKey | undefined;
  readonly published: readonly SigningKey[];
  /** Nobody needs them any more. */
  readonly outlived: readonly SigningKey[];
  /** Whether another one has to be made, and its number. */
  readonly due: number | undefined;
}

/** @param keys by their numbers. @param rotateMs 0: never. */
export function rolesOf(keys: readonly SigningKey[], nowMs: number, rotateMs: number): KeyRoles {
  const signing = keys.findLast(({ createdMs }) => createdMs + publishAheadMs <= nowMs) ?? keys[0];
  const newest = keys.at(-1);
  const isDue = newest === undefined || (rotateMs > 0 && newest.createdMs + rotateMs <= nowMs);
  const outlived = keys.filter((_key, index) => {
    const next = keys[index + 1];
    return next !== undefined && next.createdMs + publishAheadMs + keepMs <= nowMs;
  });
  return {
    signing,
    published: keys.filter((key) => !outlived.includes(key)),
    outlived,
    due: isDue ? (newest?.number ?? 0) + 1 : undefined,
  };
}
