/** `Cache-Status` (RFC 9211): what became of a request here. */
import { ageMsOf, type Kept } from "./kept.ts";

const cacheName = "parlance";

/** RFC 9211 §2.2. */
export type Forwarded = "bypass" | "method" | "uri-miss" | "vary-miss" | "request" | "stale";

export function hitStatus(kept: Kept, nowMs: number): string {
  return `${cacheName}; hit; ttl=${ttlOf(kept, nowMs)}`;
}

export function forwardedStatus(
  why: Forwarded,
  more: {
    readonly status?: number;
    readonly isStored?: boolean;
    readonly isCollapsed?: boolean;
    /** Why it is not stored, for those who wonder. */
    readonly detail?: string;
  },
): string {
  const { status, isStored, isCollapsed, detail } = more;
  const parts = [`${cacheName}; fwd=${why}`];
  if (status !== undefined) parts.push(`fwd-status=${status}`);
  if (isStored === true) parts.push("stored");
  if (isCollapsed === true) parts.push("collapsed");
  if (detail !== undefined) parts.push(`detail="${detail}"`);
  return parts.join("; ");
}

/** RFC 9211 §2.4: below 0 once it is stale. */
function ttlOf(kept: Kept, nowMs: number): number {
  return Math.floor((kept.lifetime.freshMs - ageMsOf(kept, nowMs)) / 1_000);
}
