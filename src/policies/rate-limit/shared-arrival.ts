/**
 * The same algorithm where several gateways share a limit: one script, which runs as a whole, by
 * the clock of the server, so that clocks of gateways do not matter.
 */
import type { ReadShared, SharedStore, StoreScript } from "#base/shared-store.ts";
import { leftOf, type Rate, type Taken } from "./theoretical-arrival.ts";

/** Times are in eighths of a microsecond since 2020, which fit a number exactly until 2055. */
const partsPerMs = 8_000;

/** Given: interval and tolerance. Answers: whether it is allowed, and how far ahead it was. */
const script: StoreScript = {
  answers: 2,
  source: `
local time = redis.call('TIME')
local now = ((time[1] - 1577836800) * 1000000 + time[2]) * 8
local interval = tonumber(ARGV[1])
local held = redis.call('GET', KEYS[1]) or '0'
if not string.match(held, '^%d+$') then
  return redis.error_reply('BADVALUE Expected a time, a whole number')
end
local arrival = tonumber(held)
-- A server whose clock was set back must not keep everybody out.
if arrival < now or arrival - now > tonumber(ARGV[2]) + 2 * interval then arrival = now end
local ahead = arrival - now
if ahead > tonumber(ARGV[2]) then return {0, ahead} end
local kept = string.format('%.0f', math.ceil((ahead + interval) / 8000))
redis.call('SET', KEYS[1], string.format('%.0f', arrival + interval), 'PX', kept)
return {1, ahead}
`,
};

/** Answers how far ahead it is. */
const readScript: StoreScript = {
  answers: 1,
  source: `
local time = redis.call('TIME')
local now = ((time[1] - 1577836800) * 1000000 + time[2]) * 8
local arrival = tonumber(redis.call('GET', KEYS[1]) or '0') or 0
if arrival < now then return {0} end
return {arrival - now}
`,
};

/** How it stands, without taking any. */
export function readArrival(
  read: ReadShared,
  key: string,
  rate: Rate,
): Taken | { readonly unread: string } {
  const answer = read(readScript, key);
  if ("unread" in answer) return answer;
  const interval = Math.ceil((rate.windowMs / rate.requests) * partsPerMs);
  const tolerance = interval * (rate.burst - 1);
  const [ahead = 0] = answer;
  // As the other script has it: a clock was set back.
  const left = leftOf(ahead > tolerance + 2 * interval ? 0 : ahead, interval, tolerance);
  return { ...left, waitMs: left.waitMs / partsPerMs };
}

/** @returns what `take` of the limit does; undefined: it could not be counted. */
export function createSharedArrival(
  store: SharedStore,
  rate: Rate,
): (key: string) => Promise<Taken | undefined> {
  const interval = Math.ceil((rate.windowMs / rate.requests) * partsPerMs);
  const tolerance = interval * (rate.burst - 1);
  return async (key) => {
    const answer = await store.run(script, key, [interval, tolerance]);
    if (answer === undefined) return undefined;
    const [isAllowed, before = 0] = answer;
    const allowed = isAllowed === 1;
    const ahead = before + (allowed ? interval : 0);
    return {
      allowed,
      remaining: Math.max(0, Math.floor((tolerance + interval - ahead) / interval)),
      waitMs: (allowed ? ahead : ahead - tolerance) / partsPerMs,
    };
  };
}
