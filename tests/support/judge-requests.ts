/**
 * The verdict on what a gateway let through, computed from the bytes that its caller sent and
 * those that the service received. No vector carries its verdict.
 */
import { lenientReadings, strictReading } from "./message-rules.ts";
import { readRequests, type Reading, type SeenRequest } from "./read-requests.ts";
import { valuesOf } from "./read-fields.ts";
import { pathEscapes } from "./judge-paths.ts";

/** A target that only a smuggled request asks for. */
const marker = "/smuggled";

/** Fields that no `Connection` field may take away and no caller may set in another spelling. */
const protectedFields = ["host", "content-length", "authorization", "x-request-id", "cookie"];
const forbiddenTrailers =
  /^(content-length|transfer-encoding|host|authorization|cookie|set-cookie|te|trailer|connection|content-type|content-encoding|content-range|expect|max-forwards|cache-control|x-forwarded-.*)$/;

/** `uri-host [ ":" port ]` (RFC 9110 §7.2); an empty one is legal. */
const authority = /^(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::\d{0,5})?$/;
/** Names that CGI-like servers cannot tell from the ones that gateways and framing rely on. */
const disguised =
  /^(?=.*_)(?:x[-_]forwarded[-_](?:for|proto|host|port|prefix)|x[-_]real[-_]ip|content[-_]length|transfer[-_]encoding|x[-_]request[-_]id)$/;

export interface Evidence {
  /** What the caller sent, all of it; for HTTP/2 what it means in HTTP/1.1, or undefined. */
  readonly sent: Buffer | undefined;
  /** How many requests the caller may have had forwarded when `sent` is undefined. */
  readonly requestsMax?: number;
  /** What the service received, per connection. */
  readonly received: readonly Buffer[];
  /** The path under which every forwarded target must stay. */
  readonly basePath: string;
}

/** Reasons why this is unsafe; none: safe. */
export function judgeRequests(evidence: Evidence): string[] {
  const reasons: string[] = [];
  const sent = evidence.sent === undefined ? undefined : readRequests(evidence.sent, strictReading);
  const forwarded: SeenRequest[] = [];
  for (const bytes of evidence.received) {
    const strict = readRequests(bytes, strictReading);
    if (strict.error !== undefined) reasons.push(`strict: ${strict.error}`);
    for (const rules of lenientReadings) {
      const lenient = readRequests(bytes, rules);
      const difference = differenceOf(strict, lenient);
      if (difference !== undefined) reasons.push(`${rules.name}: ${difference}`);
      if (lenient.messages.some((message) => asksForMarker(message))) {
        reasons.push(`${rules.name}: the smuggled request is a request`);
      }
    }
    if (strict.messages.some((message) => asksForMarker(message))) {
      reasons.push("strict: the smuggled request is a request");
    }
    forwarded.push(...strict.messages);
  }
  reasons.push(...judgeCount(evidence, sent, forwarded));
  for (const request of forwarded) reasons.push(...judgeForwarded(request, evidence.basePath));
  return [...new Set(reasons)];
}

function asksForMarker(request: SeenRequest): boolean {
  return request.method.includes(marker) || request.target.startsWith(marker);
}

/** What two readers of the same bytes disagree about. */
function differenceOf(
  strict: Reading<SeenRequest>,
  lenient: Reading<SeenRequest>,
): string | undefined {
  if (strict.error !== undefined) return undefined;
  if (lenient.error !== undefined) return `gives up: ${lenient.error}`;
  if (strict.messages.length !== lenient.messages.length) {
    return `sees ${lenient.messages.length} requests instead of ${strict.messages.length}`;
  }
  for (const [index, one] of strict.messages.entries()) {
    const other = lenient.messages[index] as SeenRequest;
    for (const key of ["method", "target", "host", "body", "complete"] as const) {
      if (one[key] === other[key]) continue;
      return `sees ${key} ${JSON.stringify(other[key])} instead of ${JSON.stringify(one[key])}`;
    }
  }
  return undefined;
}

function judgeCount(
  evidence: Evidence,
  sent: Reading<SeenRequest> | undefined,
  forwarded: readonly SeenRequest[],
): string[] {
  const complete = forwarded.filter((request) => request.complete);
  if (sent === undefined) {
    const most = evidence.requestsMax ?? 1;
    return complete.length > most ? [`${complete.length} requests forwarded, not ${most}`] : [];
  }
  const reasons: string[] = [];
  const unmatched = sent.messages.filter((message) => message.complete);
  for (const request of complete) {
    const at = unmatched.findIndex(
      (own) => own.method === request.method && own.body === request.body,
    );
    if (at < 0) {
      reasons.push(`a complete ${request.method} was forwarded that was not sent as such`);
      continue;
    }
    const [own] = unmatched.splice(at, 1);
    if (own !== undefined) reasons.push(...judgeKept(own, request));
  }
  return reasons;
}

/** Fields that the caller sent and that must still be there. */
function judgeKept(sent: SeenRequest, forwarded: SeenRequest): string[] {
  const reasons: string[] = [];
  for (const name of protectedFields) {
    if (name === "content-length" && sent.chunked) continue;
    if (name === "host" && sent.host === undefined) continue;
    if (valuesOf(sent.fields, name).length === 0) continue;
    if (valuesOf(forwarded.fields, name).length === 0) reasons.push(`${name} was lost`);
  }
  return reasons;
}

function judgeForwarded(request: SeenRequest, basePath: string): string[] {
  const reasons =
    request.target === "*" && request.method === "OPTIONS"
      ? []
      : pathEscapes(request.target, basePath);
  if (request.method === "CONNECT") reasons.push("CONNECT forwarded");
  if (!authority.test(request.host ?? "")) reasons.push(`Host ${request.host} is no authority`);
  for (const [name] of [...request.fields, ...request.trailers]) {
    if (disguised.test(name)) reasons.push(`${name} reads as another field`);
  }
  const of = (name: string): string[] => valuesOf(request.fields, name);
  if (of("host").length !== 1) reasons.push(`${of("host").length} Host fields forwarded`);
  const nearest = of("x-forwarded-for").join(",").split(",").at(-1)?.trim();
  if (nearest !== "127.0.0.1") reasons.push(`X-Forwarded-For ends in ${nearest}`);
  for (const name of ["keep-alive", "proxy-connection", "proxy-authorization"]) {
    if (of(name).length > 0) reasons.push(`hop-by-hop ${name} forwarded`);
  }
  const connection = of("connection").join(",").toLowerCase();
  // RFC 9110 §10.1.4: a gateway that handles trailers says so itself.
  const takesTrailers = of("te").join() === "trailers" && connection === "te";
  if (of("te").length > 0 && !takesTrailers) reasons.push("the caller's TE forwarded");
  if (!/^(close|keep-alive|upgrade|)$/.test(connection) && !takesTrailers) {
    reasons.push(`Connection: ${connection} forwarded`);
  }
  if (of("upgrade").some((value) => /h2c/i.test(value))) reasons.push("h2c upgrade forwarded");
  if (of("upgrade").length > 0 && connection !== "upgrade") reasons.push("Upgrade leaked");
  if (of("http2-settings").length > 0) reasons.push("HTTP2-Settings forwarded");
  for (const [name] of request.trailers) {
    if (forbiddenTrailers.test(name)) reasons.push(`trailer ${name} forwarded`);
  }
  return reasons;
}
