/** Conditions of callers, held against an answer that is kept (RFC 9110 §13, RFC 9111 §4.3.2). */
import { parseHttpDate } from "./http-date.ts";
import { fieldIn, type KeptAnswer } from "./kept.ts";

export interface Conditions {
  readonly noneMatch: string | undefined;
  readonly modifiedSince: string | undefined;
}

/** @returns whether the caller has it already. */
export function hasAlready(kept: KeptAnswer, asked: Conditions, nowMs: number): boolean {
  const { noneMatch, modifiedSince } = asked;
  if (kept.status !== 200) return false;
  if (noneMatch !== undefined) {
    if (noneMatch.trim() === "*") return true;
    const tag = fieldIn(kept.fields, "etag");
    return tag !== undefined && tagsIn(noneMatch).includes(opaque(tag));
  }
  if (modifiedSince === undefined) return false;
  const sinceMs = parseHttpDate(modifiedSince, nowMs);
  const changed = fieldIn(kept.fields, "last-modified") ?? fieldIn(kept.fields, "date");
  const changedMs = changed === undefined ? undefined : parseHttpDate(changed, nowMs);
  return sinceMs !== undefined && changedMs !== undefined && changedMs <= sinceMs;
}

function tagsIn(list: string): readonly string[] {
  return list.match(/"[^"]*"/g) ?? [];
}

/** Weak comparison: RFC 9110 §8.8.3.2. */
export function opaque(tag: string): string {
  return tag.startsWith("W/") ? tag.slice(2) : tag;
}

/** RFC 9110 §15.4.5: what a 304 has to tell of the 200 that it stands for. */
const toldBy304 = new Set([
  "cache-control",
  "content-location",
  "date",
  "etag",
  "expires",
  "vary",
  "last-modified",
]);

export function notModifiedFields({ fields }: KeptAnswer): KeptAnswer["fields"] {
  return fields.filter(([name]) => toldBy304.has(name));
}
