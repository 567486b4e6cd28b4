/** The lock file: the locks of all services as JSON. */
import { isEntry, type LockedMembers } from "./lock-entries.ts";
import { isTerms, type Terms } from "./lock-terms.ts";
import type { LockedNames } from "./lock.ts";

export interface Lock {
  readonly services: ReadonlyMap<string, LockedNames>;
}

export function writeLock({ services }: Lock): string {
  const sortedServices = [...services].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const content = { version: 1, services: Object.fromEntries(sortedServices) };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** Undefined: this is no lock file of ours. */
export function readLock(text: string): Lock | undefined {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isMap(root) || root["version"] !== 1 || !isMap(root["services"])) return undefined;
  const services = new Map<string, LockedNames>();
  for (const [name, service] of Object.entries(root["services"])) {
    if (!isMap(service)) return undefined;
    const { operations, types, terms, members = {}, reserved = {} } = service;
    if (!isNames(operations) || !isNames(types)) return undefined;
    if (terms !== undefined && !isTermsById(terms)) return undefined;
    if (!isMembers(members) || !isReserved(reserved)) return undefined;
    services.set(name, { operations, terms, types, members, reserved });
  }
  return { services };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNames(value: unknown): value is Record<string, string> {
  return isMap(value) && Object.values(value).every((one) => typeof one === "string" && one !== "");
}

function isTermsById(value: unknown): value is Readonly<Record<string, Terms>> {
  return isMap(value) && Object.values(value).every(isTerms);
}

function isMembers(value: unknown): value is LockedMembers["members"] {
  return (
    isMap(value) &&
    Object.values(value).every((one) => isMap(one) && Object.values(one).every(isEntry))
  );
}

function isReserved(value: unknown): value is LockedMembers["reserved"] {
  return (
    isMap(value) &&
    Object.values(value).every((one) => Array.isArray(one) && one.every(Number.isSafeInteger))
  );
}
