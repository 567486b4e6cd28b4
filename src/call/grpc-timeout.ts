/** How long a caller waits for a call, as `grpc-timeout` says it (gRPC over HTTP/2, Timeout). */

const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 0.001,
  n: 0.000001,
};

/** @returns milliseconds; NaN: it is no time-out. */
export function readGrpcTimeout(text: string): number {
  const match = /^(\d{1,8})([HMSmun])$/.exec(text);
  return match === null ? NaN : Number(match[1]) * (unitMs[match[2] as string] as number);
}

/** The unit that loses least of it: eight digits are all there is room for, and 0 is none. */
export function writeGrpcTimeout(timeoutMs: number): string {
  const micros = Math.max(Math.floor(timeoutMs * 1_000), 1);
  if (micros < 1e8) return `${micros}u`;
  const millis = Math.floor(timeoutMs);
  return millis < 1e8 ? `${millis}m` : `${Math.min(Math.floor(millis / 1_000), 99_999_999)}S`;
}
