/**
 * A contract as bytes that are the same for the same contract, however it was written: JSON with
 * members in the order of their names, without places in the source.
 */
import { hash } from "node:crypto";
import type { Contract } from "./contract.ts";

export function canonicalBytes(contract: Contract): Buffer {
  return Buffer.from(JSON.stringify(contract, canonicalMember));
}

/** SHA-256 of the canonical bytes, lower-case hex. */
export function contractDigest(contract: Contract): string {
  return hash("sha256", canonicalBytes(contract));
}

function canonicalMember(key: string, value: unknown): unknown {
  if (key === "origin") return undefined;
  if (value instanceof Map) return canonicalMember("", Object.fromEntries(value));
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
