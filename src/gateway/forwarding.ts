/** How a request goes on to the instance: its target, its rarer fields, whether it may upgrade. */
import type { Instance } from "#configuration/configuration.ts";
import { fieldNames } from "#wire/field-names.ts";
import { framing, type RequestHead } from "#wire/head.ts";
import { takesTrailers } from "#wire/takes-trailers.ts";

const SLASH = 0x2f;

/** Writes the base path of the instance, the path without the route's prefix, the query. */
export function writeForwardedTarget(
  head: RequestHead,
  stripSegments: number,
  instance: Instance,
  out: Buffer,
  at: number,
): number {
  const { bytes, pathEnd, targetEnd } = head;
  let from = head.pathStart;
  for (let count = stripSegments; count > 0 && from < pathEnd; count--) {
    do from++;
    while (from < pathEnd && bytes[from] !== SLASH);
  }
  if (instance.basePath !== "") at += out.write(instance.basePath, at, "latin1");
  if (from >= pathEnd) out[at++] = SLASH;
  bytes.copy(out, at, from, targetEnd);
  return at + targetEnd - from;
}

/** Writes the URL of the instance as it is configured, a slash at its end included. */
export function writeExactTarget({ url, basePath }: Instance, out: Buffer, at: number): number {
  if (basePath !== "") at += out.write(basePath, at, "latin1");
  if (basePath === "" || url.endsWith("/")) out[at++] = SLASH;
  return at;
}

/** Lines for fields that few requests have: `TE` and `Max-Forwards`; "" for all others. */
export function rareLines(head: RequestHead): string {
  let lines = "";
  // RFC 9110 §10.1.4: that the caller takes trailers may be passed on, nothing else of TE.
  if (takesTrailers(head)) lines += "TE: trailers\r\nConnection: TE\r\n";
  if (!head.has(fieldNames["max-forwards"])) return lines;
  // RFC 9110 §7.6.2: OPTIONS counts hops; for other methods the field means nothing.
  const hops = head.value(fieldNames["max-forwards"]) ?? "";
  const counts = head.method === "OPTIONS" && /^\d{1,9}$/.test(hops);
  return `${lines}Max-Forwards: ${counts ? Number(hops) - 1 : hops}\r\n`;
}

/**
 * Whether the request asks for an upgrade that may be tunnelled: not to HTTP/2, which would smuggle
 * requests past the gateway, and not with a body.
 */
export function offersUpgrade(head: RequestHead): boolean {
  if (!head.upgrade || head.framing !== framing.none) return false;
  const protocols = head.field("upgrade") ?? "";
  return !/\b(h2c?|http)\b/i.test(protocols);
}
