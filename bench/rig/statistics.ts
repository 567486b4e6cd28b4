/** Medians and spreads of a few runs on a noisy machine. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear interpolation between the closest ranks; NaN of nothing. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * fraction;
  const low = sorted[Math.floor(place)] ?? NaN;
  const high = sorted[Math.ceil(place)] ?? NaN;
  return low + (high - low) * (place - Math.floor(place));
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** Ratios of two series round by round, so that a slow minute of the machine hits both sides. */
export function ratiosByRound(
  values: readonly number[],
  reference: readonly number[],
): readonly number[] {
  const ratios: number[] = [];
  for (const [round, value] of values.entries()) {
    const against = reference[round];
    if (against !== undefined && against > 0) ratios.push(value / against);
  }
  return ratios;
}
