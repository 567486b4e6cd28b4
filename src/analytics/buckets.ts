/** Upper bounds of the duration histograms, the same for every service. */
export const bucketBoundsS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

/** One more than bounds: what is slower than the last. */
export const bucketCount = bucketBoundsS.length + 1;

const boundsMs = Float64Array.from(bucketBoundsS, (bound) => bound * 1_000);

/** Place of the first bound that is not exceeded. */
export function bucketOf(durationMs: number): number {
  let index = 0;
  while (index < boundsMs.length && durationMs > (boundsMs[index] as number)) index++;
  return index;
}
