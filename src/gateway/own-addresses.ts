/** The few addresses on the gateway port that the gateway answers itself. */
import type { FaceResponse } from "#extension/protocol.ts";
import type { RequestHead } from "#wire/head.ts";

export interface OwnAnswer {
  readonly kind: "answer";
  readonly response: FaceResponse;
}

/** Of the gateway's health, whatever the host. */
export const healthPaths: readonly string[] = ["/livez", "/readyz"];

const live = ownAnswer(200, "live\n");
const ready = ownAnswer(200, "ready\n");
const leaving = ownAnswer(503, "draining\n");
const options = ownAnswer(200, "");

/** Where public keys that sign requests are (draft-meunier-http-message-signatures-directory). */
export const keysPath = "/.well-known/http-message-signatures-directory";

/** Undefined: the request is for somebody else. */
export function answerKeys(
  head: RequestHead,
  publishedKeys: () => readonly object[],
): OwnAnswer | undefined {
  if (head.pathEnd - head.pathStart !== keysPath.length || head.path !== keysPath) return undefined;
  if (head.method !== "GET" && head.method !== "HEAD") return undefined;
  const fields = [
    ["Content-Type", "application/http-message-signatures-directory+json"],
    ["Cache-Control", "public, max-age=300"],
  ] as const;
  const body = Buffer.from(JSON.stringify({ keys: publishedKeys() }));
  return { kind: "answer", response: { status: 200, fields, body } };
}

function ownAnswer(status: number, body: string): OwnAnswer {
  const fields = [
    ["Content-Type", "text/plain"],
    ["Cache-Control", "no-store"],
  ] as const;
  return { kind: "answer", response: { status, fields, body: Buffer.from(body) } };
}

/** Whoever hears no to it kills the process, so it is answered whatever can be put on record. */
export function asksWhetherLive(head: RequestHead): boolean {
  return head.pathEnd - head.pathStart === 6 && head.path === "/livez";
}

/**
 * `/livez` and `/readyz`, and `*` or Max-Forwards: 0 with OPTIONS (RFC 9110 §7.6.2, §9.3.7).
 * Undefined: the request is for somebody else.
 */
export function answerOf(head: RequestHead, draining: boolean): OwnAnswer | undefined {
  if (asksWhetherLive(head)) return live;
  const length = head.pathEnd - head.pathStart;
  if (length === 7 && head.path === "/readyz") return draining ? leaving : ready;
  if (head.methodEnd - head.methodStart !== 7 || head.method !== "OPTIONS") return undefined;
  return head.path === "*" || head.field("max-forwards") === "0" ? options : undefined;
}
