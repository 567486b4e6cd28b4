/**
 * Whether a request passes as it is or is translated, and why: the one choice that admission makes
 * for exchanges and `explain` tells.
 */
import type { RequestHead } from "#wire/head.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { documentRouteId } from "./contract-routes.ts";

export interface Speed {
  readonly kind: "pass" | "translate";
  readonly why: SpeedReason;
}

export type SpeedReason =
  /** The service has no contract, or the route is none of the contract's. */
  | "no-contract"
  | "same-dialect"
  | "other-dialect"
  /** JSON where the instances have XML, or the other way round. */
  | "other-format"
  /** A version of SOAP or a relative of gRPC that the instances do not speak, or none. */
  | "other-version"
  /** The gateway's own WSDL or OpenAPI. */
  | "own-document"
  /** The caller may call some operations only, and the body tells which one it calls. */
  | "permission"
  /** Text is read to tell which operation it is for, and whether it fits the contract. */
  | "text"
  /** The message proves who calls. */
  | "proof"
  /** A policy writes messages anew. */
  | "policy"
  /** The instances want to see a proof of ours in it. */
  | "message-security";

const noContract: Speed = { kind: "pass", why: "no-contract" };
const sameDialect: Speed = { kind: "pass", why: "same-dialect" };
const otherDialect: Speed = { kind: "translate", why: "other-dialect" };
const otherFormat: Speed = { kind: "translate", why: "other-format" };
const otherVersion: Speed = { kind: "translate", why: "other-version" };
const ownDocument: Speed = { kind: "translate", why: "own-document" };
const permission: Speed = { kind: "translate", why: "permission" };
const text: Speed = { kind: "translate", why: "text" };
const proof: Speed = { kind: "translate", why: "proof" };
const policy: Speed = { kind: "translate", why: "policy" };
const messageSecurity: Speed = { kind: "translate", why: "message-security" };

/**
 * @param isRewritten whether a policy writes messages anew.
 * @param mayCallAll whether the caller may call every operation of the service; undefined: that is
 * not known before the message has proved who calls.
 */
export function speedOf(
  head: RequestHead,
  match: CompiledRoute,
  mayCallAll: boolean | undefined,
  isRewritten: boolean,
): Speed {
  const speed = speedAsIs(head, match, mayCallAll);
  return isRewritten && speed === sameDialect ? policy : speed;
}

function speedAsIs(
  head: RequestHead,
  match: CompiledRoute,
  mayCallAll: boolean | undefined,
): Speed {
  const { face } = match;
  if (face === undefined) return noContract;
  if (match.route.id === documentRouteId) return ownDocument;
  if (face !== match.service.speaks) return otherDialect;
  if (face === "soap") return speedOfSoap(head, match, mayCallAll);
  if (face === "grpc") return speedOfGrpc(head);
  if (face === "text") return text;
  if (face !== "rest") return otherDialect;
  return wantsOtherFormat(head, match) ? otherFormat : sameDialect;
}

function speedOfSoap(
  head: RequestHead,
  { route, service }: CompiledRoute,
  mayCallAll: boolean | undefined,
): Speed {
  if (head.method !== "POST") return ownDocument;
  const type = /^[^;\s]*/.exec(head.field("content-type") ?? "")?.[0].toLowerCase();
  const version = type === "text/xml" ? "1.1" : type === "application/soap+xml" ? "1.2" : undefined;
  // A message with attachments has its version inside; the instances know better.
  const isRelated = type === "multipart/related";
  if (!isRelated && (version === undefined || route.soapVersion !== version)) return otherVersion;
  if (mayCallAll === undefined) return proof;
  if (service.wsSecurity !== undefined) return messageSecurity;
  return mayCallAll ? sameDialect : permission;
}

/** gRPC-Web and Connect are other protocols with the same messages. */
function speedOfGrpc(head: RequestHead): Speed {
  const isPlain = /^application\/grpc(?:\+proto)?\s*(?:;|$)/i.test(
    head.field("content-type") ?? "",
  );
  return isPlain && head.overHttp2 ? sameDialect : otherVersion;
}

/** Whether a caller names a format, JSON or XML, that the service itself does not have there. */
function wantsOtherFormat(head: RequestHead, { offersJson, offersXml }: CompiledRoute): boolean {
  if (offersJson && offersXml) return false;
  const named = `${head.field("accept") ?? ""} ${head.field("content-type") ?? ""}`;
  return (!offersXml && /[/+]xml\b/i.test(named)) || (!offersJson && /[/+]json\b/i.test(named));
}
