/** What is kept: answers as they came from instances, and replies to calls. */
import type { Answer } from "#call/call.ts";
import type { Fields } from "#extension/protocol.ts";
import type { Lifetime } from "./answer-rules.ts";

interface KeptOfAny {
  readonly lifetime: Lifetime;
  /** When it was asked for: what has changed since may not be in it. */
  readonly version: Version;
  /** Monotonic. */
  readonly receivedMs: number;
  readonly bytes: number;
  /** Fields of requests that it depends on, and what they were. */
  readonly vary: readonly (readonly [name: string, value: string])[];
}

export interface KeptAnswer extends KeptOfAny {
  readonly kind: "http";
  readonly status: number;
  /** Names in lower case. */
  readonly fields: Fields;
  readonly body: Buffer;
}

export interface KeptReply extends KeptOfAny {
  readonly kind: "call";
  readonly reply: Answer;
  /** Of the instance's answer; names in lower case. */
  readonly fields: Fields;
}

export type Kept = KeptAnswer | KeptReply;

/** Of the marks (see marks.ts). */
export interface Version {
  readonly address: number;
  /** Of the whole service. */
  readonly writes: number;
}

/** What services say themselves holds whatever is written elsewhere (RFC 9111 §4.4). */
export function stillHolds({ kind, lifetime, version }: Kept, now: Version): boolean {
  if (version.address !== now.address) return false;
  return version.writes === now.writes || (kind === "http" && !lifetime.isTimed);
}

/** For those who wait for it now. */
export const momentary: Lifetime = {
  initialAgeMs: 0,
  freshMs: 0,
  staleIfErrorMs: 0,
  staleWhileRevalidateMs: 0,
  alwaysValidate: true,
  neverStale: true,
  isTimed: true,
};

export function ageMsOf({ lifetime, receivedMs }: Kept, nowMs: number): number {
  return lifetime.initialAgeMs + (nowMs - receivedMs);
}

/** Several lines are one list (RFC 9110 §5.3). */
export function fieldIn(fields: Fields, lowerCaseName: string): string | undefined {
  const values = fields.flatMap(([name, value]) => (name === lowerCaseName ? [value] : []));
  return values.length === 0 ? undefined : values.join(", ");
}
