/** What a request looks like to the instance: its target, and the field lines that are ours. */
import type { Instance } from "#configuration/configuration.ts";
import type { CallerEnd, RequestPlan } from "#wire/ends.ts";
import { fieldNames } from "#wire/field-names.ts";
import type { RequestHead } from "#wire/head.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { newTraceFlags, spanIdOf, traceOf } from "./trace.ts";

const pseudonym = "parlance";

/** @param trusted whether the peer's own X-Forwarded-* are believed. */
export function planRequest(
  caller: CallerEnd,
  route: CompiledRoute,
  instance: Instance,
  exchangeId: string,
  requestId: string,
  trusted: boolean,
): RequestPlan {
  const { head } = caller;
  const trace = traceOf(head);
  const traceId = trace?.id ?? exchangeId;
  const flags = trace?.flags ?? newTraceFlags;
  let added =
    `${viaLine(head)}${forwardedLines(caller, trusted)}X-Request-Id: ${requestId}\r\n` +
    `traceparent: 00-${traceId}-${spanIdOf(exchangeId)}-${flags}\r\n` +
    `Parlance-Exchange: ${exchangeId}\r\n`;
  if (head.hasNominatedFields && /\btrailers\b/i.test(head.value(fieldNames.te) ?? "")) {
    added += "TE: trailers\r\nConnection: TE\r\n";
  }
  const hops = head.value(fieldNames["max-forwards"]);
  if (hops !== undefined) added += maxForwardsLine(head.method, hops);
  return {
    method: head.method,
    target: forwardedTarget(head, route, instance),
    host:
      route.service.host === "caller" ? head.authority || instance.authority : instance.authority,
    added,
    traced: trace !== undefined,
    decodeAnswer: caller.wantsDecodedBody,
    bodyIsDecoded: caller.protocol === "HTTP/2",
    upgrade: offersUpgrade(head),
  };
}

/** Base path of the instance, path without the route's prefix, query; all as they were sent. */
export function forwardedTarget(
  head: RequestHead,
  route: CompiledRoute,
  instance: Instance,
): string {
  const sent = head.pathAndQuery;
  let from = 0;
  for (let count = route.stripSegments; count > 0; count--) {
    const slash = sent.indexOf("/", from + 1);
    const query = head.pathEnd - head.pathStart;
    from = slash < 0 || slash > query ? query : slash;
  }
  if (from === 0) return instance.basePath === "" ? sent : instance.basePath + sent;
  const rest = sent.slice(from);
  return instance.basePath + (rest.startsWith("/") ? rest : `/${rest}`);
}

/** RFC 9110 §7.6.3: received protocol and our pseudonym, behind what earlier hops wrote. */
function viaLine(head: RequestHead): string {
  const earlier = head.field("via");
  const own = `1.${head.minorVersion} ${pseudonym}`;
  return earlier === undefined ? `Via: ${own}\r\n` : `Via: ${earlier}, ${own}\r\n`;
}

function forwardedLines(caller: CallerEnd, trusted: boolean): string {
  const { head, peer } = caller;
  let addresses = peer.address;
  let scheme: string = peer.encrypted ? "https" : "http";
  let host = head.authority;
  if (trusted) {
    const earlier = head.field("x-forwarded-for");
    if (earlier !== undefined && earlier !== "") addresses = `${earlier}, ${peer.address}`;
    scheme = head.value(fieldNames["x-forwarded-proto"]) ?? scheme;
    host = head.value(fieldNames["x-forwarded-host"]) ?? host;
  }
  const hostLine = host === "" ? "" : `X-Forwarded-Host: ${host}\r\n`;
  return `X-Forwarded-For: ${addresses}\r\nX-Forwarded-Proto: ${scheme}\r\n${hostLine}`;
}

/** RFC 9110 §7.6.2: OPTIONS counts hops; for other methods the field means nothing. */
function maxForwardsLine(method: string, hops: string): string {
  const left = method === "OPTIONS" && /^\d{1,9}$/.test(hops) ? Number(hops) - 1 : hops;
  return `Max-Forwards: ${left}\r\n`;
}

/**
 * Whether the request asks for an upgrade that may be tunnelled: not to HTTP/2, which would smuggle
 * requests past the gateway, and not with a body.
 */
export function offersUpgrade(head: RequestHead): boolean {
  if (!head.upgrade || head.framing !== 0) return false;
  const protocols = head.field("upgrade") ?? "";
  return !/\b(h2c?|http)\b/i.test(protocols);
}
