/** A lock in memory that threads share, held for some hundred nanoseconds. */

/** Some milliseconds: far longer than anybody holds a lock who is not dead. */
const spinsMax = 1_000_000;

export function withLock<Result>(ints: Int32Array, at: number, work: () => Result): Result {
  for (let spins = 0; Atomics.compareExchange(ints, at, 0, 1) !== 0; spins++) {
    // A worker that died while it held the lock must not stop the others. What it may have left
    // half written is one number.
    if (spins > spinsMax) break;
  }
  try {
    return work();
  } finally {
    Atomics.store(ints, at, 0);
  }
}
