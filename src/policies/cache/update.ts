/** Fields of kept answers: which are kept, and what later answers change in them (RFC 9111 §3). */
import type { PolicyAnswer } from "#extension/policy.ts";
import type { Fields } from "#extension/protocol.ts";
import { opaque } from "./conditions.ts";
import { fieldIn, type KeptAnswer } from "./kept.ts";
import { overheadBytes } from "./store.ts";

/** RFC 9111 §3.1, and what is told anew whenever it is used. */
const unkept = new Set([
  "age",
  "connection",
  "content-length",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** RFC 9111 §3.2: what says how the content is to be read stays as it came with it. */
const notUpdated = new Set([...unkept, "content-encoding", "content-type", "content-range"]);

/** @param date for answers without one (RFC 9110 §6.6.1). */
export function keptFields(fields: Fields, date: string): Fields {
  const kept = fields
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !unkept.has(name));
  return fieldIn(kept, "date") === undefined ? [...kept, ["date", date]] : kept;
}

/** Fields of a 304 take the place of those of the same names (RFC 9111 §3.2). */
export function updatedFields(kept: Fields, fresh: Fields, date: string): Fields {
  const changes = keptFields(fresh, date).filter(([name]) => !notUpdated.has(name));
  const names = new Set(changes.map(([name]) => name));
  return [...kept.filter(([name]) => !names.has(name)), ...changes];
}

/** RFC 9111 §4.3.4: whether a 304 is about what is kept. */
export function isAbout(kept: KeptAnswer, answer: PolicyAnswer): boolean {
  const tag = answer.field("etag");
  const keptTag = fieldIn(kept.fields, "etag");
  if (tag !== undefined) {
    if (keptTag === undefined) return false;
    return tag.startsWith("W/") ? opaque(tag) === opaque(keptTag) : tag === keptTag;
  }
  const changed = answer.field("last-modified");
  return changed === undefined || changed === fieldIn(kept.fields, "last-modified");
}

/** RFC 9111 §4.3.5: whether the answer to HEAD is that of what is kept. */
export function isLike(kept: KeptAnswer, answer: PolicyAnswer): boolean {
  const length = answer.field("content-length");
  const hasLength = length === undefined || Number(length) === kept.body.length;
  return answer.status === kept.status && hasLength && isAbout(kept, answer);
}

export function bytesOf(key: string, fields: Fields, body: Buffer): number {
  let bytes = overheadBytes + key.length + body.length;
  for (const [name, value] of fields) bytes += name.length + value.length + 64;
  return bytes;
}
