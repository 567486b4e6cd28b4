/** Bounds how many requests are under way at once, and lets callers in by turns. */
import { createQuickRandom } from "#base/quick-random.ts";
import { countedName, explainedName, forEach, isKnownCaller } from "#extension/counted-apart.ts";
import type { Policy, PolicyRequest } from "#extension/policy.ts";
import { createGate, type Gate } from "./gate.ts";
import { createGradient } from "./gradient.ts";
import { checkOptions, options, type Options } from "./options.ts";
import { problems } from "./problems.ts";
import { createSharedSlots, type SharedSlots } from "./shared-slots.ts";

/** Of names under way there are that many at most; who comes then shares the last one. */
const doorsMax = 10_000;
/** Left of a request's own time: it is refused before that is over. */
const marginMs = 10;

export const concurrency: Policy<Options> = {
  name: "concurrency",
  summary: "Bounds how many requests are under way at once; callers get in by turns.",
  description:
    "A bulkhead: a service that is slow holds so many requests and no more. With `adaptive` " +
    "the bound is found while it works: as long as answers come as fast as usual it grows, " +
    "when they come slower it falls, before the service breaks down. Who finds no room waits " +
    "up to `waitMs`; room goes round among callers, by `weights`, so that one with very many " +
    "requests keeps none of the others out, and when the queue is full its own give way first. " +
    "Beyond: 503 with `Retry-After`, before anything was sent, or 504 where the request's own " +
    "time is over sooner. Requests under way are counted over all workers of a gateway, " +
    "exactly, also when a worker dies. Each worker keeps a queue of its own, finds `adaptive` " +
    "by its own samples, and room that becomes free goes to the queues by their lengths. " +
    "Several gateways count for themselves, so that together they let in as many times more: " +
    "with `adaptive` each feels the others as a slower service and gives way. With `shared` a " +
    "`max` holds over all gateways that have the same `limitStore`: who is let in here asks " +
    "there, before anything is sent. What a gateway had that died comes back after five " +
    "seconds. While the store does not answer, each gateway keeps to `max` by itself, or, " +
    "where `whenAway` is `refuse`, lets nobody in.",
  options,
  example: "- concurrency: { adaptive: { max: 200 }, queueMax: 50, weights: { storefront: 10 } }",
  problems: problems.definitions,
  level: "call",
  check: checkOptions,
  explain: ({ per, max, adaptive, queueMax, shared }) =>
    `${max === undefined ? `${adaptive?.min} to ${adaptive?.max}, as it finds out,` : `${max}`} ` +
    `at once${forEach(per)}${shared ? ", over all gateways" : ""}, ${queueMax} wait`,
  explainState({ per }, { id, request, running }) {
    const name = explainedName(request, per);
    if (name === undefined || running === undefined) return undefined;
    const { counts } = running;
    const { inside, waiting } = counts.look(counts.keyOf(gateKey(id, name)));
    return `${inside} under way now, ${waiting} wait`;
  },
  create(chosen, { id, platform, counts, store }) {
    const { per, max, adaptive = { min: 1, max: 1 }, queueMax, waitMs, weights } = chosen;
    const { clock, timers, random } = platform;
    const draw = createQuickRandom(random);
    const teller = random.bytes(6).readUIntBE(0, 6);
    const doors = new Map<string, Door>();
    const doorOf = (request: PolicyRequest): Door => {
      const name = countedName(request, per);
      const known = doors.get(name);
      if (known !== undefined) return known;
      if (doors.size >= doorsMax) closeUnused();
      return doors.size < doorsMax ? openDoor(name) : (doors.get("") ?? openDoor(""));
    };
    const openDoor = (name: string): Door => {
      const key = gateKey(id, name);
      const limit = max === undefined ? createGradient(adaptive) : { limit: max, note() {} };
      const gate = createGate(key, limit, { queueMax, weights }, { ...platform, counts, draw });
      const slots =
        chosen.shared && store !== undefined && max !== undefined
          ? createSharedSlots({ key, max }, { store, timers, draw, teller })
          : undefined;
      const door = { gate, slots, users: 0 };
      doors.set(name, door);
      return door;
    };
    /** Whoever comes back to one of them finds another, which counts on under the same key. */
    const closeUnused = (): void => {
      for (const [name, { users }] of doors) if (users === 0) doors.delete(name);
    };
    /** What each request that was let in, or waits, has to leave. */
    const held = new WeakMap<PolicyRequest, Held>();

    /** It is in here, and has to be in there. */
    async function share(here: Held, slots: SharedSlots, gate: Gate, spentMs: number) {
      if (here.isOver) return undefined;
      const { patienceMs } = here;
      const { result, leave } = slots.enter(queueMax === 0 ? 0 : Math.max(1, patienceMs - spentMs));
      here.leaveSlot = leave;
      const slot = await result;
      if (slot === "full") {
        return queueMax === 0 ? refused(gate, "nobody waits for room") : noRoom(gate, patienceMs);
      }
      if (slot === "in" || store?.whenAway !== "refuse") return undefined;
      const detail = "the store of limits does not answer, or not with a count (concurrency)";
      const problem = problems["concurrency-unavailable"](detail, { retryAfterS: 1 });
      return { kind: "refuse", problem } as const;
    }

    function noRoom(gate: Gate, patienceMs: number) {
      const isOwnTime = patienceMs < waitMs;
      const whose = isOwnTime ? ", its own time" : "";
      const why = `there was no room within ${Math.max(0, Math.floor(patienceMs))} ms${whose}`;
      return refused(gate, why, isOwnTime);
    }
    return {
      tellNow(request) {
        const name = max === undefined ? explainedName(request, per) : undefined;
        const gate = name === undefined ? undefined : doors.get(name)?.gate;
        return gate && `at most ${gate.limit} at present`;
      },
      onRequest(request) {
        const door = doorOf(request);
        const { gate, slots } = door;
        // Whose own time is over by then must not get in, nor is it the service that was late.
        const patienceMs = Math.min(waitMs, request.timeLeftMs - marginMs);
        const name = turnOf(request, weights);
        const { caller, result, leave } = gate.enter(name, Math.max(0, patienceMs));
        if (result === "full") return refused(gate, `${caller} has to wait too long`);
        const here: Held = { door, leave, patienceMs, leaveSlot: undefined, isOver: false };
        held.set(request, here);
        door.users++;
        if (result === "in") return slots && share(here, slots, gate, 0);
        const sinceMs = clock.monotonicMs();
        return result.then((isIn) => {
          if (!isIn) return noRoom(gate, patienceMs);
          return slots && share(here, slots, gate, clock.monotonicMs() - sinceMs);
        });
      },
      onEnd(request, end) {
        const here = held.get(request);
        if (here === undefined) return;
        held.delete(request);
        here.isOver = true;
        here.door.users--;
        here.leaveSlot?.();
        // What is refused by the service as too much says that the limit is too high.
        here.leave(end.status === 503 || end.status === 429 || end.status === 504);
      },
    };
  },
};

/** Who has turns of its own: `anonymous` is many, unless it was given a share. */
function turnOf(
  { callerName, address }: PolicyRequest,
  weights: Readonly<Record<string, number>>,
): string {
  if (isKnownCaller(callerName)) return callerName;
  return callerName !== undefined && Object.hasOwn(weights, callerName) ? callerName : address;
}

function gateKey(id: string, name: string): string {
  return `concurrency ${id} ${name}`;
}

interface Door {
  readonly gate: Gate;
  /** Undefined: each gateway counts for itself. */
  readonly slots: SharedSlots | undefined;
  /** Requests that are in, or wait. */
  users: number;
}

interface Held {
  readonly door: Door;
  readonly leave: (dropped: boolean) => void;
  /** How long it waits at most. */
  readonly patienceMs: number;
  leaveSlot: (() => void) | undefined;
  isOver: boolean;
}

function refused(gate: Gate, why: string, isOwnTime = false) {
  const detail = `at most ${gate.limit} requests may be under way at once (concurrency); ${why}`;
  const code = isOwnTime ? "no-room-in-time" : "too-many-at-once";
  return { kind: "refuse", problem: problems[code](detail, { retryAfterS: 1 }) } as const;
}
