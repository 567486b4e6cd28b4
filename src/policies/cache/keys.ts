/** By what answers are found again: never more alike than callers, address and `Vary` are. */
import { hash } from "node:crypto";
import type { PolicyRequest } from "#extension/policy.ts";
import type { Kept } from "./kept.ts";

export type SharedBy = "caller" | "all";

/** What callers of one part may see of each other's answers. */
export function partOf(request: PolicyRequest, per: SharedBy): string {
  if (per === "all") return "";
  const { callerName = "", subject = "" } = request;
  // Nobody can choose a subject that reads as another caller's.
  return `${callerName.length} ${callerName} ${subject.length} ${subject}`;
}

/** RFC 9111 §4: the address that was asked for, as the service may see it. */
export function addressOf(request: PolicyRequest): string {
  return `${request.encrypted ? "https" : "http"}://${request.hostAsked}${request.target}`;
}

const secretFields = new Set(["authorization", "cookie", "x-api-key", "proxy-authorization"]);

/** Secrets are not kept. */
function valueOf(request: PolicyRequest, name: string): string {
  const value = request.field(name)?.trim() ?? "";
  return secretFields.has(name) && value !== "" ? hash("sha256", value) : value;
}

/** Of what services that say nothing of caching answer differently, most often. */
const unsaid = ["accept", "accept-encoding", "accept-language"];

export function varyOf(
  request: PolicyRequest,
  vary: string | undefined,
  isUnsaid: boolean,
): Kept["vary"] {
  const all = new Set([...namesIn(vary), ...(isUnsaid ? unsaid : [])]);
  // What the instance did not get of the caller makes no difference.
  const own = [...all].filter((name) => request.fieldFrom(name) === "caller");
  return own.map((name) => [name, valueOf(request, name)] as const);
}

function namesIn(vary: string | undefined): readonly string[] {
  const names = (vary ?? "").split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "");
}

/** What it depends on that no caller sends: who asks next cannot be held against it. */
export function variesUnseen(request: PolicyRequest, vary: string | undefined): string | undefined {
  const name = namesIn(vary).find((one) => request.fieldFrom(one) === "gateway");
  return name && `Vary: ${name}, which the gateway sets`;
}

/** RFC 9111 §4.1. */
export function fitsVary(request: PolicyRequest, vary: Kept["vary"]): boolean {
  return vary.every(([name, value]) => valueOf(request, name) === value);
}

/** Who waits for one answer has to have sent the same credentials. */
export function credentialsOf(request: PolicyRequest): string {
  return `${valueOf(request, "authorization")} ${valueOf(request, "cookie")}`;
}
