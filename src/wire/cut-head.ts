/**
 * Cuts a credential out of a received head, where it shares a place with what is for the service:
 * the bytes behind it move forward, so that whoever reads the head later finds nothing of it.
 */
import { latin1 } from "#base/latin1.ts";
import { fieldNames } from "./field-names.ts";
import type { RequestHead } from "./head.ts";

/** Values of a parameter, percent-decoded, one character an octet. */
export function queryValues(pathAndQuery: string, name: string): readonly string[] {
  const question = pathAndQuery.indexOf("?");
  if (question < 0) return [];
  return pathAndQuery
    .slice(question + 1)
    .split("&")
    .filter((part) => nameOf(part) === name)
    .map((part) => decoded(part.slice(part.indexOf("=") + 1)));
}

export function cutQuery(head: RequestHead, name: string): void {
  const { bytes, pathEnd, targetEnd } = head;
  const parts = latin1(bytes, pathEnd, targetEnd).slice(1).split("&");
  const kept = parts.filter((part) => nameOf(part) !== name);
  if (kept.length === parts.length) return;
  const query = kept.length === 0 ? "" : `?${kept.join("&")}`;
  head.targetEnd = pathEnd + bytes.write(query, pathEnd, "latin1");
  bytes.fill(0x20, head.targetEnd, targetEnd);
}

/** Of `Cookie` fields, joined by whatever. */
export function cookieValues(cookies: string, name: string): readonly string[] {
  return cookiesIn(cookies)
    .filter((cookie) => nameOf(cookie) === name)
    .map((cookie) => cookie.slice(cookie.indexOf("=") + 1).replace(/^"(.*)"$/, "$1"));
}

export function cutCookie(head: RequestHead, name: string): void {
  const { bytes, spans, ids } = head;
  for (let index = 0; index < head.fieldCount; index++) {
    if (ids[index] !== fieldNames.cookie) continue;
    const from = spans[index * 4 + 2] as number;
    const to = spans[index * 4 + 3] as number;
    const cookies = cookiesIn(latin1(bytes, from, to));
    const kept = cookies.filter((cookie) => nameOf(cookie) !== name);
    if (kept.length === cookies.length) continue;
    const end = from + bytes.write(kept.join("; "), from, "latin1");
    // RFC 9112 §5: what is left of the line is white space behind the value.
    bytes.fill(0x20, end, to);
    spans[index * 4 + 3] = end;
    if (kept.length === 0) head.dropAt(index);
  }
}

/** Lines of HTTP/2 that were joined have a comma between them (RFC 9113 §8.2.3 is undone). */
function cookiesIn(cookies: string): readonly string[] {
  return cookies
    .split(/;|, /)
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== "");
}

function nameOf(part: string): string {
  const equals = part.indexOf("=");
  return decoded(equals < 0 ? part : part.slice(0, equals));
}

function decoded(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
