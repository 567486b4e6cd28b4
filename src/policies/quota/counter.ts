/**
 * Counts that last: blocks of requests are taken from the durable count and used up from memory
 * that all workers share, so that not each request waits for the disk. What a crash leaves of a
 * block counts as used; at an orderly end it is given back.
 */
import type { DurableRecords } from "#base/durable-records.ts";
import type { CellKey, SharedCells } from "#base/shared-cells.ts";
import type { Span } from "./calendar.ts";

export interface Use {
  readonly allowed: boolean;
  readonly remaining: number;
}

export interface Counter {
  /** @param name who is counted. A promise, where the disk has to be asked; it may reject. */
  use(name: string, span: Span, nowMs: number): Use | Promise<Use>;
  /** Gives back what was taken and not used. */
  close(): void;
}

interface Count {
  readonly key: string;
  /** Taken from the disk, and not used yet. */
  readonly credit: CellKey;
  /** Taken from the disk by everybody, as far as it is known here. */
  readonly taken: CellKey;
  waiting: number;
  coming: Promise<void> | undefined;
}

interface World {
  readonly cells: SharedCells;
  readonly records: DurableRecords;
  readonly clock: { readonly nowMs: () => number };
}

/** Kept at hand; the others are found again. */
const countsKept = 10_000;
/** A crash costs at most this part of a quota. */
const blocksPerQuota = 1_000;
const blockMax = 1_000;

export function countKey(prefix: string, span: Span, name: string): string {
  return `quota ${prefix} ${span.name} ${name}`;
}

export function createCounter(max: number, keyPrefix: string, world: World): Counter {
  const { cells, records, clock } = world;
  const block = Math.min(blockMax, Math.max(1, Math.floor(max / blocksPerQuota)));
  const counts = new Map<string, Count>();
  let present: Span = { name: "", endMs: 0 };

  function countOf(name: string, span: Span): Count {
    if (span.name !== present.name || counts.size >= countsKept) counts.clear();
    present = span;
    const found = counts.get(name);
    if (found !== undefined) return found;
    const key = countKey(keyPrefix, span, name);
    const credit = cells.keyOf(`${key} credit`);
    const made = { key, credit, taken: cells.keyOf(key), waiting: 0, coming: undefined };
    counts.set(name, made);
    return made;
  }

  /** Undefined: the disk has to be asked. */
  function useCredit({ credit, taken }: Count, { endMs }: Span, nowMs: number): Use | undefined {
    const before = cells.update(credit, nowMs, (value) =>
      value > 0 ? { value: value - 1, untilMs: endMs } : undefined,
    );
    const all = cells.read(taken, nowMs);
    if (before > 0) return { allowed: true, remaining: Math.max(0, max - all + before - 1) };
    return all >= max ? { allowed: false, remaining: 0 } : undefined;
  }

  async function takeBlock(count: Count, { endMs }: Span, nowMs: number): Promise<void> {
    const wanted = Math.max(block, count.waiting);
    const { granted, taken } = await records.take({
      ...{ key: count.key, wanted, max, nowMs, untilMs: endMs },
    });
    const grow = (cell: CellKey, next: (value: number) => number): void => {
      cells.update(cell, nowMs, (value) => ({ value: next(value), untilMs: endMs }));
    };
    grow(count.credit, (value) => value + granted);
    grow(count.taken, (value) => Math.max(value, taken));
  }

  async function useLater(count: Count, span: Span): Promise<Use> {
    count.waiting++;
    try {
      for (;;) {
        const nowMs = clock.nowMs();
        count.coming ??= takeBlock(count, span, nowMs).finally(() => (count.coming = undefined));
        await count.coming;
        const use = useCredit(count, span, nowMs);
        if (use !== undefined) return use;
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
      for (const { key, credit, taken } of counts.values()) {
        const unused = cells.update(credit, nowMs, () => ({ value: 0, untilMs: present.endMs }));
        if (unused === 0) continue;
        cells.update(taken, nowMs, (value) => ({
          value: Math.max(0, value - unused),
          untilMs: present.endMs,
        }));
        // Otherwise it counts as used.
        records.giveBack(key, unused).catch(() => undefined);
      }
    },
  };
}
