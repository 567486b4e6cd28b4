/** Waiting for the ledger, which takes as long as its disk does not work. */
import type { Timers } from "#base/platform.ts";

/** @returns undefined: it was not there in time, and may come later. */
export async function within<Result>(
  timers: Timers,
  ms: number,
  coming: Promise<Result>,
): Promise<Result | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const cancel = timers.after(ms, () => resolve(undefined));
  try {
    return await Promise.race([coming, late]);
  } finally {
    cancel();
  }
}
