/**
 * Counts that last: blocks of requests are taken from the durable count and used up from memory
 * that all workers share, so that not each request waits for the disk, or for the store. What a
 * crash leaves of a block counts as used; at an orderly end it is given back.
 */
import type { CellKey, SharedCells } from "#base/shared-cells.ts";
import type { Span } from "./calendar.ts";
import type { Blocks } from "./shared-blocks.ts";

export interface Use {
  readonly allowed: boolean;
  readonly remaining: number;
}

export interface Counter {
  /**
   * @param name who is counted. A promise, where a block has to be taken; it rejects when the disk
   * refuses. Undefined: nobody can count now.
   */
  use(name: string, span: Span, nowMs: number): Use | Promise<Use | undefined>;
  /** Gives back what was taken and not used. */
  close(): void;
}

interface Count {
  readonly key: string;
  /** Taken, and not used yet. */
  readonly credit: CellKey;
  /** Taken by everybody, as far as it is known here. */
  readonly taken: CellKey;
  waiting: number;
  /** Whether it could be counted. */
  coming: Promise<boolean> | undefined;
  /** When a block was asked for, the last time. */
  askedMs: number;
}

interface World {
  readonly cells: SharedCells;
  readonly blocks: Blocks;
  readonly clock: { readonly nowMs: () => number };
}

/** Kept at hand; the others are found again. */
const countsKept = 10_000;
/** A crash costs at most this part of a quota. */
const blocksPerQuota = 1_000;
const blockMax = 1_000;
/** What is used up may be given back by others: so often it is asked for. */
const askAgainMs = 1_000;

export function countKey(prefix: string, span: Span, name: string): string {
  return `quota ${prefix} ${span.name} ${name}`;
}

/** How many are taken at once. */
export function blockOf(max: number): number {
  return Math.min(blockMax, Math.max(1, Math.floor(max / blocksPerQuota)));
}

export function createCounter(max: number, keyPrefix: string, world: World): Counter {
  const { cells, blocks, clock } = world;
  const block = blockOf(max);
  const counts = new Map<string, Count>();
  let present: Span = { name: "", endMs: 0 };

  function countOf(name: string, span: Span): Count {
    if (span.name !== present.name || counts.size >= countsKept) counts.clear();
    present = span;
    const found = counts.get(name);
    if (found !== undefined) return found;
    const key = countKey(keyPrefix, span, name);
    const credit = cells.keyOf(`${key} credit`);
    const taken = cells.keyOf(key);
    const made = { key, credit, taken, waiting: 0, coming: undefined, askedMs: -Infinity };
    counts.set(name, made);
    return made;
  }

  /** Undefined: a block has to be taken. */
  function useCredit(count: Count, { endMs }: Span, nowMs: number): Use | undefined {
    const { credit, taken, askedMs } = count;
    const before = cells.update(credit, nowMs, (value) =>
      value > 0 ? { value: value - 1, untilMs: endMs } : undefined,
    );
    const all = cells.read(taken, nowMs);
    if (before > 0) return { allowed: true, remaining: Math.max(0, max - all + before - 1) };
    const isUsedUp = all >= max && nowMs - askedMs < askAgainMs;
    return isUsedUp ? { allowed: false, remaining: 0 } : undefined;
  }

  async function takeBlock(count: Count, { endMs }: Span, nowMs: number): Promise<boolean> {
    // Those who woke with this one look first whether another worker's block serves them: they
    // would be counted for both blocks, and what nobody uses here is missing at other gateways.
    await Promise.resolve();
    const wanted = Math.max(block, count.waiting);
    count.askedMs = nowMs;
    const found = await blocks.take({ key: count.key, wanted, max, nowMs, untilMs: endMs });
    if (found === undefined) return false;
    const { granted, taken } = found;
    const change = (cell: CellKey, next: (value: number) => number): void => {
      cells.update(cell, nowMs, (value) => ({ value: next(value), untilMs: endMs }));
    };
    change(count.credit, (value) => value + granted);
    change(count.taken, () => taken);
    return true;
  }

  async function useLater(count: Count, span: Span): Promise<Use | undefined> {
    count.waiting++;
    try {
      for (;;) {
        const nowMs = clock.nowMs();
        count.coming ??= takeBlock(count, span, nowMs).finally(() => (count.coming = undefined));
        const isCounted = await count.coming;
        const use = useCredit(count, span, nowMs);
        if (use !== undefined || !isCounted) return use;
      }
    } finally {
      count.waiting--;
    }
  }

  return {
    use(name, span, nowMs) {
      const count = countOf(name, span);
      return useCredit(count, span, nowMs) ?? useLater(count, span);
    },
    close() {
      const nowMs = clock.nowMs();
      const kept = { nowMs, untilMs: present.endMs };
      for (const { key, credit, taken } of counts.values()) {
        const unused = cells.update(credit, nowMs, (value) =>
          value > 0 ? { ...kept, value: 0 } : undefined,
        );
        cells.update(taken, nowMs, (value) =>
          unused > 0 ? { ...kept, value: Math.max(0, value - unused) } : undefined,
        );
        // Otherwise it counts as used.
        blocks.giveBack(key, unused, kept).catch(() => undefined);
      }
    },
  };
}
