/**
 * Tokens that were verified, until they end: bounded by their bytes. What is refused never enters,
 * so strangers push nothing out. It holds two generations: when one is full, the older one goes.
 */
import type { Proven } from "#extension/proof.ts";

export interface TokenCache {
  /** @param nowMs wall clock. */
  get(token: string, nowMs: number): Proven | undefined;
  set(token: string, proven: Proven, untilMs: number): void;
}

interface Entry {
  readonly proven: Proven;
  readonly untilMs: number;
}

const bytesMaxByDefault = 8 * 1024 * 1024;

export function createTokenCache(bytesMax: number = bytesMaxByDefault): TokenCache {
  let young = new Map<string, Entry>();
  let old = new Map<string, Entry>();
  let youngBytes = 0;

  function add(token: string, entry: Entry): void {
    if (youngBytes + token.length > bytesMax / 2) {
      old = young;
      young = new Map();
      youngBytes = 0;
    }
    youngBytes += token.length;
    young.set(token, entry);
  }

  return {
    get(token, nowMs) {
      let entry = young.get(token);
      if (entry === undefined) {
        entry = old.get(token);
        if (entry === undefined) return undefined;
        old.delete(token);
        if (entry.untilMs > nowMs) add(token, entry);
      }
      return entry.untilMs > nowMs ? entry.proven : undefined;
    },
    set: (token, proven, untilMs) => add(token, { proven, untilMs }),
  };
}
