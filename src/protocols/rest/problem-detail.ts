/**
 * Where the detail of a declared fault stands in a problem document: its members beside those of
 * the problem (RFC 9457 §3.2), or, where one of them could be taken for those, as the member
 * `value`. The type decides, so that it is always the same.
 */
import type { Contract, DeclaredFault } from "#contract/contract.ts";
import type { RecordType } from "#contract/types.ts";
import { derivedTypes, isOpen, resolve, spelledFields } from "#formats/json/resolve.ts";

const ownMembers: ReadonlySet<string> = new Set([
  ...["type", "title", "status", "detail", "instance"],
  ...["code", "kind", "fault", "exchange", "place"],
]);

export const nestedMember = "value";

export function isNested(contract: Contract, type: NonNullable<DeclaredFault["type"]>): boolean {
  const record = resolve(contract, type);
  if (record.kind !== "record") return true;
  const derived = type.kind === "ref" ? (derivedTypes(contract).get(type.name) ?? []) : [];
  const others = derived.map((name) => resolve(contract, { kind: "ref", name }));
  return [record, ...others].some((one) => one.kind !== "record" || mayClash(contract, one));
}

function mayClash(contract: Contract, record: RecordType): boolean {
  if (isOpen(contract, record)) return true;
  return spelledFields(contract, record)
    .flatMap(({ name, flat }) => flat?.variants.map((variant) => variant.name) ?? [name])
    .some((name) => ownMembers.has(name));
}
