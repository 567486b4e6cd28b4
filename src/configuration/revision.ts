/** A configuration and its name: the digest of what it says, wherever and however it is written. */
import { hash } from "node:crypto";
import type { Contract } from "#contract/contract.ts";
import { contractDigest } from "#contract/canonical-bytes.ts";
import { listCallers } from "./callers.ts";
import type { Configuration, Revision, Secret } from "./configuration.ts";

export function createRevision(
  configuration: Configuration,
  contracts: ReadonlyMap<string, Contract> = new Map(),
): Revision {
  const digests = Array.from(contracts, ([name, contract]) => [name, contractDigest(contract)]);
  const whole = { ...configuration, callers: listCallers(configuration.callers) };
  const said = digests.length === 0 ? whole : [whole, digests];
  const digest = hash("sha256", canonicalJson(said));
  return { id: digest.slice(0, 16), digest, configuration, contracts };
}

/**
 * Members in the order of their names, no white space (as RFC 8785, for what occurs here).
 * The places of routes are left out: a comment added above them is not another configuration.
 */
export function canonicalJson(part: unknown): string {
  return JSON.stringify(part ?? null, (key, value: unknown) => {
    if (isPlace(key, value)) return undefined;
    if (isSecret(value)) return { sha256: hash("sha256", value.secret) };
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return sortMembers(value);
  });
}

/** Whether two parts of configurations say the same, wherever that stands. */
export function saysTheSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object") return false;
  if (one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, index) => saysTheSame(item, other[index]));
  }
  return membersSayTheSame(one as Members, other as Members);
}

type Members = Readonly<Record<string, unknown>>;

function membersSayTheSame(one: Members, other: Members): boolean {
  for (const key in one) {
    const member = one[key];
    if (member === undefined || isPlace(key, member)) continue;
    if (!Object.hasOwn(other, key) || !saysTheSame(member, other[key])) return false;
  }
  for (const key in other) {
    const member = other[key];
    if (member === undefined || isPlace(key, member)) continue;
    if (!Object.hasOwn(one, key) || one[key] === undefined || isPlace(key, one[key])) return false;
  }
  return true;
}

/** Not a header of that name, whose value is text. */
function isPlace(key: string, value: unknown): boolean {
  return key === "source" && typeof value === "object";
}

/** Whoever sees the text must not see it. */
function isSecret(value: unknown): value is Secret {
  if (typeof value !== "object" || value === null || !("secret" in value)) return false;
  return typeof value.secret === "string" && Object.keys(value).length === 1;
}

function sortMembers(value: object): object {
  const sorted: [string, unknown][] = Object.entries(value);
  return Object.fromEntries(sorted.sort(([a], [b]) => (a < b ? -1 : 1)));
}
