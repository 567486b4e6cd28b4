/**
 * Room that several gateways share. How many requests each worker of each gateway has under way
 * stands in the store of limits as a whole number, which it tells anew with every step, and which
 * holds for a time only: what a worker had that died comes back when that is over, and what was
 * told twice or never is put right by the next step.
 */
import type { Cancel, Platform } from "#base/platform.ts";
import type { SharedStore, StoreScript } from "#base/shared-store.ts";

export interface SharedSlots {
  /**
   * @param waitMs how long for; 0: not at all.
   * @param leave to be called once, whatever became of it.
   */
  readonly enter: (waitMs: number) => {
    readonly result: Promise<Slot>;
    readonly leave: () => void;
  };
}

/** It is in, there was no room in time, or nobody can count now, in which case it may go in. */
export type Slot = "in" | "full" | "uncounted";

interface Waiting {
  readonly decide: (slot: Slot) => void;
  readonly isPatient: boolean;
}

/** How long a number holds that is not told again. */
const leaseMsByDefault = 5_000;
const stepsPerLease = 3;
/** How often who waits looks whether others have made room. */
const lookMs = 10;

/** A draw is below it. */
const drawBound = 1_000_000;

/**
 * Given: who tells it, how many it has, how many more it wants, of how many in all, how long that
 * holds, and a draw. Answers: how many more it has now. Where others wait, too, who asks has its
 * turn as often as its part of all that wait is large. Goes by the clock of the server.
 */
const script: StoreScript = {
  answers: 1,
  source: `
local teller = ARGV[1]
local given = {}
for place, text in ipairs(ARGV) do given[place] = tonumber(text) end
local inside, wanted, max, lease, draw = given[2], given[3], given[4], given[5], given[6]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local others, waitElsewhere = 0, 0
local all = redis.call('HGETALL', KEYS[1])
for at = 1, #all, 2 do
  local count, waits, till = string.match(all[at + 1], '^(%d+) (%d+) (%d+)$')
  if not count then return redis.error_reply('BADVALUE Expected counts with their times') end
  local left = tonumber(till) - now
  -- A server whose clock was set back must not keep everybody out.
  if left <= 0 or left > 2 * lease then
    redis.call('HDEL', KEYS[1], all[at])
  elseif all[at] ~= teller then
    others = others + tonumber(count)
    waitElsewhere = waitElsewhere + tonumber(waits)
  end
end
local granted = math.max(0, math.min(wanted, max - others - inside))
if draw * (wanted + waitElsewhere) >= wanted * ${drawBound} then granted = 0 end
if inside + wanted == 0 then
  redis.call('HDEL', KEYS[1], teller)
else
  redis.call('HSET', KEYS[1], teller,
    string.format('%.0f %.0f %.0f', inside + granted, wanted - granted, now + lease))
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
return {granted}
`,
};

export interface SlotRule {
  readonly key: string;
  readonly max: number;
  readonly leaseMs?: number;
}

export interface SlotSite {
  readonly store: SharedStore;
  readonly timers: Platform["timers"];
  /** Whole numbers from 0 to below a bound. */
  readonly draw: (bound: number) => number;
  /** Tells this worker of this gateway, and who asks in it, from all others. */
  readonly teller: number;
}

export function createSharedSlots(
  { key, max, leaseMs = leaseMsByDefault }: SlotRule,
  { store, timers, draw, teller }: SlotSite,
): SharedSlots {
  const waiting: Waiting[] = [];
  let inside = 0;
  let isAsking = false;
  let stopLooking: Cancel | undefined;
  let stopTelling: Cancel | undefined;

  async function step(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    const [before, wanted] = [inside, waiting.length];
    const given = [teller, before, wanted, max, leaseMs, draw(drawBound)];
    const answer = await store.run(script, key, given);
    isAsking = false;
    if (answer === undefined) {
      admit(waiting.length, "uncounted");
    } else {
      const [granted = 0] = answer;
      const told = { inside: before + granted, waiting: wanted - granted };
      admit(granted, "in");
      const isFull = granted < wanted;
      if (isFull) for (const one of waiting.filter(({ isPatient }) => !isPatient)) refuse(one);
      if (isFull && waiting.length > 0) lookAgain();
      else if (told.inside !== inside || told.waiting !== waiting.length) void step();
    }
    keepTelling();
  }

  function admit(count: number, slot: Slot): void {
    for (const { decide } of waiting.splice(0, count)) {
      inside++;
      decide(slot);
    }
  }

  function refuse(one: Waiting): void {
    const at = waiting.indexOf(one);
    if (at < 0) return;
    waiting.splice(at, 1);
    one.decide("full");
    if (stopLooking === undefined) void step();
  }

  function lookAgain(): void {
    stopLooking ??= timers.after(lookMs, () => {
      stopLooking = undefined;
      void step();
    });
  }

  /** As long as there is something that would be forgotten; what should be, is by itself. */
  function keepTelling(): void {
    if (inside > 0 || waiting.length > 0) {
      stopTelling ??= timers.every(leaseMs / stepsPerLease, () => void step());
    } else {
      stopTelling?.();
      stopTelling = undefined;
    }
  }

  return {
    enter(waitMs) {
      const { promise: result, resolve } = Promise.withResolvers<Slot>();
      let slot: Slot | undefined;
      let stop: Cancel = () => undefined;
      const decide = (decided: Slot): void => {
        slot = decided;
        stop();
        resolve(decided);
      };
      const one: Waiting = { decide, isPatient: waitMs > 0 };
      if (waitMs > 0) stop = timers.after(waitMs, () => refuse(one));
      waiting.push(one);
      if (stopLooking === undefined) void step();
      return {
        result,
        leave() {
          if (slot === undefined) return refuse(one);
          if (slot === "full") return;
          inside--;
          void step();
        },
      };
    },
  };
}
