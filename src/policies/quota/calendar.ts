/** Days and months as a time zone has them. */

export type Period = "day" | "month";

export interface Span {
  /** `2026-11-25`, `2026-11`. */
  readonly name: string;
  /** When the next one begins, wall clock. */
  readonly endMs: number;
}

export interface Calendar {
  /** The day or month that a time lies in. */
  readonly at: (nowMs: number) => Span;
}

/** Longer than any day or month, with whatever clocks that are put back add to it. */
const beyondMs: Readonly<Record<Period, number>> = { day: 27 * 3_600_000, month: 32 * 86_400_000 };

export function createCalendar(period: Period, timeZone: string): Calendar {
  // Of Sweden, which writes dates as ISO 8601 does.
  const date = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" });
  const length = period === "day" ? 10 : 7;
  const nameAt = (ms: number): string => date.format(ms).slice(0, length);
  let present: Span & { readonly startMs: number } = { name: "", startMs: 0, endMs: 0 };

  function find(nowMs: number): typeof present {
    const name = nameAt(nowMs);
    let inside = nowMs;
    let outside = nowMs + beyondMs[period];
    while (outside - inside > 1) {
      const middle = Math.floor((inside + outside) / 2);
      if (nameAt(middle) === name) inside = middle;
      else outside = middle;
    }
    return { name, startMs: nowMs, endMs: outside };
  }

  return {
    at(nowMs) {
      // A clock that was set back may be in another day.
      if (nowMs < present.startMs || nowMs >= present.endMs) present = find(nowMs);
      return present;
    },
  };
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name }).format();
    return true;
  } catch {
    return false;
  }
}
