/**
 * Who waits for room, told apart by caller: room goes round among the callers, by their weight, and
 * within one in the order of coming. When the queue is full, who has most in it gives way.
 */

export interface Waiting {
  readonly caller: string;
  /** There is room now. */
  readonly admit: (leave: (dropped: boolean) => void) => void;
  /** It has to give way to another one. */
  readonly shed: () => void;
}

export interface FairQueue {
  readonly length: number;
  /** @returns false: there is no room, and nobody who has more in it. */
  readonly add: (waiting: Waiting) => boolean;
  /** Whoever is next leaves the queue. */
  readonly take: () => Waiting | undefined;
  readonly remove: (waiting: Waiting) => void;
}

interface Lane {
  readonly items: Waiting[];
  /** How far it has come: the lane that has come least far is next (stride scheduling). */
  pass: number;
}

/** @param weightOf shares of callers, 1 for most. */
export function createFairQueue(
  lengthMax: number,
  weightOf: (caller: string) => number,
): FairQueue {
  const lanes = new Map<string, Lane>();
  let length = 0;
  /** Of the lane that was taken from last: who comes anew begins there, not with a credit. */
  let now = 0;

  function longest(): Lane | undefined {
    let found: Lane | undefined;
    for (const lane of lanes.values()) {
      if (found === undefined || lane.items.length > found.items.length) found = lane;
    }
    return found;
  }

  return {
    get length() {
      return length;
    },
    add(waiting) {
      const lane = lanes.get(waiting.caller) ?? { items: [], pass: now };
      if (length >= lengthMax) {
        const most = longest();
        if (most === undefined || most.items.length <= lane.items.length + 1) return false;
        length--;
        most.items.pop()?.shed();
      }
      lane.items.push(waiting);
      lanes.set(waiting.caller, lane);
      length++;
      return true;
    },
    take() {
      let next: [string, Lane] | undefined;
      for (const entry of lanes)
        if (next === undefined || entry[1].pass < next[1].pass) next = entry;
      if (next === undefined) return undefined;
      const [caller, lane] = next;
      now = lane.pass;
      lane.pass += 1 / weightOf(caller);
      const first = lane.items.shift();
      length--;
      if (lane.items.length === 0) lanes.delete(caller);
      return first;
    },
    remove(waiting) {
      const lane = lanes.get(waiting.caller);
      const at = lane?.items.indexOf(waiting) ?? -1;
      if (lane === undefined || at < 0) return;
      lane.items.splice(at, 1);
      length--;
      if (lane.items.length === 0) lanes.delete(waiting.caller);
    },
  };
}
