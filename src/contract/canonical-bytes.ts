/**
 * A contract as bytes that are the same for the same contract, however it was written: JSON with
 * members in the order of their names, without places in the source.
 */
import { hash } from "node:crypto";
import type { Contract } from "./contract.ts";

export function canonicalBytes(contract: Contract): Buffer {
  return Buffer.from(canonicalText(contract));
}

/** SHA-256 of the canonical bytes, lower-case hex. */
export function contractDigest(contract: Contract): string {
  return hash("sha256", canonicalBytes(contract));
}

/** The same for any part of a contract; equal parts have equal texts. */
export function canonicalText(part: unknown): string {
  return JSON.stringify(part ?? null, canonicalMember);
}

function canonicalMember(key: string, value: unknown): unknown {
  if (key === "origin" && isPlace(value)) return undefined;
  if (value instanceof Map) return sortMembers([...value]);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return sortMembers(Object.entries(value));
}

function sortMembers(entries: [string, unknown][]): object {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A type may be called `origin` as well. */
function isPlace(value: unknown): boolean {
  return typeof value === "object" && value !== null && "file" in value && "line" in value;
}
