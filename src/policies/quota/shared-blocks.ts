/**
 * Blocks of a count that several gateways share, taken from the store of limits by one script.
 * What a gateway knows of a count goes along with each step, so that a store that has lost it
 * counts on from there; what it let pass by itself while the store was away is added then.
 */
import type { CountTaken, TakenCount } from "#base/durable-records.ts";
import type { CellKey, SharedCells } from "#base/shared-cells.ts";
import type { SharedStore, StoreScript } from "#base/shared-store.ts";

/** Where blocks of a count are taken from. */
export interface Blocks {
  /** As much as there is left of `max`, up to `wanted`. Undefined: nobody can count now. */
  readonly take: (count: TakenCount) => Promise<CountTaken | undefined>;
  readonly giveBack: (key: string, amount: number, kept: Kept) => Promise<void>;
}

interface Kept {
  readonly nowMs: number;
  readonly untilMs: number;
}

/** Of gateways whose clocks are behind: to them the day is not over yet. */
const graceMs = 3_600_000;

/**
 * Both numbers of a count only grow, so that the larger is the later one: what was taken in all,
 * and how much of it was given back.
 */
const readNumbers = `
local held = redis.call('HMGET', KEYS[1], 'taken', 'returned')
for place = 1, 2 do
  local number = tonumber(held[place] or '0')
  if not number or number < 0 or number % 1 ~= 0 or number > 9007199254740991 then
    return redis.error_reply('BADVALUE Expected a hash of two counts, taken and returned')
  end
  held[place] = number
end
`;

/**
 * Given: what was known of both numbers, what is to be added to them, how many are wanted, of how
 * many, and how long it is kept. Answers: how many are granted, and both numbers.
 */
const takeScript: StoreScript = {
  answers: 3,
  source: `${readNumbers}
local given = {}
for place, text in ipairs(ARGV) do given[place] = tonumber(text) end
local taken = math.max(held[1], given[1]) + given[3]
local returned = math.min(math.max(held[2], given[2]) + given[4], taken)
local granted = math.max(0, math.min(given[5], given[6] - (taken - returned)))
taken = taken + granted
redis.call('HSET', KEYS[1], 'taken', string.format('%.0f', taken),
  'returned', string.format('%.0f', returned))
redis.call('PEXPIRE', KEYS[1], ARGV[7])
return {granted, taken, returned}
`,
};

/** Answers: both numbers. */
export const readScript: StoreScript = {
  answers: 2,
  source: `${readNumbers}
return held
`,
};

/** @param records where a gateway counts for itself while the store is away. */
export function createSharedBlocks(
  store: SharedStore,
  records: Blocks,
  cells: SharedCells,
): Blocks {
  const cellsOf = (key: string) => ({
    taken: cells.keyOf(`${key} shared`),
    returned: cells.keyOf(`${key} returned`),
    /** Let pass by this gateway alone, and not told to the store yet. */
    owed: cells.keyOf(`${key} owed`),
  });

  function add(cell: CellKey, amount: number, { nowMs, untilMs }: Kept): void {
    if (amount > 0) cells.update(cell, nowMs, (value) => ({ value: value + amount, untilMs }));
  }

  /** Takes up to `amount` out of a cell. @returns how much it was. */
  function takeOut(cell: CellKey, amount: number, { nowMs, untilMs }: Kept): number {
    const before = cells.update(cell, nowMs, (value) =>
      value > 0 ? { value: value - Math.min(value, amount), untilMs } : undefined,
    );
    return Math.min(before, amount);
  }

  async function ask(count: TakenCount, returned: number): Promise<CountTaken | undefined> {
    const { key, wanted, max, nowMs, untilMs } = count;
    const own = cellsOf(key);
    const known = [cells.read(own.taken, nowMs), cells.read(own.returned, nowMs)];
    const owed = takeOut(own.owed, Infinity, count);
    const keptMs = Math.max(0, Math.ceil(untilMs - nowMs)) + graceMs;
    const given = [...known, owed, returned, wanted, max, keptMs];
    const answer = await store.run(takeScript, key, given);
    if (answer === undefined) {
      add(own.owed, owed, count);
      return undefined;
    }
    const [granted = 0, takenInAll = 0, returnedInAll = 0] = answer;
    const keepLater = (cell: CellKey, number: number): void => {
      cells.update(cell, nowMs, (value) => ({ value: Math.max(value, number), untilMs }));
    };
    keepLater(own.taken, takenInAll);
    keepLater(own.returned, returnedInAll);
    return { granted, taken: takenInAll - returnedInAll };
  }

  async function takeHere(count: TakenCount): Promise<CountTaken | undefined> {
    const { taken, returned, owed } = cellsOf(count.key);
    const known = cells.read(taken, count.nowMs) - cells.read(returned, count.nowMs);
    const block = await records.take({ ...count, known: Math.max(0, known) });
    if (block !== undefined) add(owed, block.granted, count);
    return block;
  }

  return {
    async take(count) {
      const block = await ask(count, 0);
      return block === undefined && store.whenAway === "local" ? takeHere(count) : block;
    },
    async giveBack(key, amount, kept) {
      const { owed } = cellsOf(key);
      // Of what was counted here alone, the store has never heard.
      const here = takeOut(owed, amount, kept);
      const there = amount - here;
      const isTold = there > 0 || cells.read(owed, kept.nowMs) > 0;
      await Promise.all([
        here > 0 ? records.giveBack(key, here, kept) : undefined,
        isTold ? ask({ key, wanted: 0, max: 0, ...kept }, there) : undefined,
      ]);
    },
  };
}
