/** A configuration and its name: the digest of what it says, wherever and however it is written. */
import { hash } from "node:crypto";
import type { Contract } from "#contract/contract.ts";
import { contractDigest } from "#contract/canonical-bytes.ts";
import type { Configuration, Revision } from "./configuration.ts";

export function createRevision(
  configuration: Configuration,
  contracts: ReadonlyMap<string, Contract> = new Map(),
): Revision {
  const digests = Array.from(contracts, ([name, contract]) => [name, contractDigest(contract)]);
  const said = digests.length === 0 ? configuration : [configuration, digests];
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
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return sortMembers(value);
  });
}

/** Not a header of that name, whose value is text. */
function isPlace(key: string, value: unknown): boolean {
  return key === "source" && typeof value === "object";
}

function sortMembers(value: object): object {
  const entries = Object.entries(value);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
