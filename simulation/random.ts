/** Seeded randomness (sfc32): the same seed gives the same world, on every machine. */
export interface Dice {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in 0 to before `end`. */
  below(end: number): number;
  /** True in that share of cases. */
  chance(share: number): boolean;
  bytes(count: number): Buffer;
}

export function createDice(seed: number): Dice {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = Math.floor(seed / 2 ** 32) + 1;

  function draw(): number {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  }

  for (let round = 0; round < 12; round++) draw();
  const next = (): number => draw() / 2 ** 32;
  const below = (end: number): number => Math.floor(next() * end);
  return {
    next,
    below,
    chance: (share) => next() < share,
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => draw() & 0xff)),
  };
}
