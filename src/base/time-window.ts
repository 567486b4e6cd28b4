/** How often something happened in the last while: counted in parts, the oldest forgotten whole. */

export interface TimeWindow {
  readonly add: () => void;
  readonly total: () => number;
  readonly clear: () => void;
}

const parts = 10;

export function createTimeWindow(
  windowMs: number,
  clock: { readonly monotonicMs: () => number },
): TimeWindow {
  const partMs = windowMs / parts;
  /** One for each part, used in turn. */
  const counts = new Float64Array(parts);
  let part = Math.floor(clock.monotonicMs() / partMs);

  /** The present part, with those forgotten that are over. */
  function present(): number {
    const now = Math.floor(clock.monotonicMs() / partMs);
    for (let passed = Math.min(now - part, parts); passed > 0; passed--) {
      counts[(now - passed + 1) % parts] = 0;
    }
    part = now;
    return now % parts;
  }

  return {
    add() {
      const at = present();
      counts[at] = (counts[at] as number) + 1;
    },
    total() {
      present();
      let total = 0;
      for (const count of counts) total += count;
      return total;
    },
    clear: () => void counts.fill(0),
  };
}
