/**
 * Long work as a generator that offers to pause by `yield`: done at once, or in slices, between
 * which a thread serves its sockets.
 */
import type { Platform } from "./platform.ts";

export type SlicedWork<Result> = Generator<undefined, Result, undefined>;

/** What a request that comes in the meantime may have to wait. */
const sliceMs = 2;

export function doAtOnce<Result>(work: SlicedWork<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

export async function doInSlices<Result>(
  work: SlicedWork<Result>,
  { clock, timers }: Pick<Platform, "clock" | "timers">,
): Promise<Result> {
  let untilMs = clock.monotonicMs() + sliceMs;
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (clock.monotonicMs() < untilMs) continue;
    await new Promise<void>((resolve) => timers.after(0, resolve));
    untilMs = clock.monotonicMs() + sliceMs;
  }
}
