/**
 * Which members of an input the address of an operation can hold: with rules of google.api.http
 * not all can stand in a query. Others are refused rather than lost.
 */
import type { Contract, Message, RestBinding } from "#contract/contract.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type { Type } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import { escapePointer } from "#formats/json/place.ts";

/** By their names. whole: with all that is inside; map: not at all, but it may be empty. */
export type Reach = ReadonlyMap<string, Reach | "whole" | "map">;

type OpenReach = Map<string, OpenReach | "whole" | "map">;

/** Undefined: it can hold them all. */
export function createReach(
  contract: Contract,
  { type }: Message,
  { parameters, body }: RestBinding,
): Reach | undefined {
  if (body !== undefined && body.field === undefined) return undefined;
  const reach: OpenReach = new Map();
  if (body?.field !== undefined) add(reach, [body.field, ...(body.within ?? [])]);
  for (const { field, within = [] } of parameters) add(reach, [field, ...within]);
  const record = resolve(contract, type);
  const fields = record.kind === "record" ? fieldsOf(contract, record) : [];
  if (fields.every(({ name }) => reach.get(name) === "whole")) return undefined;
  addMaps(contract, reach, type);
  return reach;
}

function add(reach: OpenReach, [key = "", ...others]: readonly string[]): void {
  const inner = reach.get(key);
  if (typeof inner === "string") return;
  if (others.length === 0) {
    reach.set(key, "whole");
    return;
  }
  const open = inner ?? new Map<string, OpenReach>();
  reach.set(key, open);
  add(open, others);
}

function addMaps(contract: Contract, reach: OpenReach, type: Type): void {
  const holder = resolve(contract, type);
  if (holder.kind !== "record" && holder.kind !== "union") return;
  const members = holder.kind === "record" ? fieldsOf(contract, holder) : holder.variants;
  for (const member of members) {
    const inner = reach.get(member.name);
    if (inner instanceof Map) addMaps(contract, inner, member.type);
    else if (inner === undefined && resolve(contract, member.type).kind === "map")
      reach.set(member.name, "map");
  }
}

export function checkReach(
  reach: Reach,
  record: ValueRecord,
  place: string,
  address: Pick<RestBinding, "method" | "path">,
): void {
  for (const key in record) {
    const inner = reach.get(key);
    const value = record[key] as Value;
    if (inner === "whole" || isNothing(value)) continue;
    if (inner === "map" && Object.keys(value as ValueRecord).length === 0) continue;
    const at = `${place}/${escapePointer(key)}`;
    if (inner instanceof Map) {
      checkReach(inner as Reach, value as ValueRecord, at, address);
      continue;
    }
    const name = at.slice(1).replaceAll("/", ".");
    const message = `${name} has no place in ${address.method} ${address.path}; expected none`;
    throw new DocumentFailure({ kind: "fault", code: "not-representable", message, place: at });
  }
}

/** What an absent member is as well. */
function isNothing(value: Value | undefined): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}
