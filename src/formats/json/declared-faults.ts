/**
 * Faults beside an answer, in dialects whose errors carry free JSON data: code, kind, who broke it,
 * exchange and place, and the detail of a declared fault as its contract has it.
 */
import { blames, faultKinds, type Blame, type FaultKind } from "#base/fault-kind.ts";
import type { DocumentLimits } from "#base/limits.ts";
import type { Contract, DeclaredFault, Operation } from "#contract/contract.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import type { Value } from "#contract/value.ts";
import { compileJsonReader } from "./compile-reader.ts";
import { compileJsonWriter } from "./compile-writer.ts";
import { readValueSpans } from "./value-spans.ts";

export interface FaultCodec {
  readonly declared: DeclaredFault;
  readonly read: (
    data: string,
  ) => { readonly kind: "value"; readonly value: Value } | DocumentFault;
  /** Undefined: the contract says nothing of its data. */
  readonly write: ((detail: Value) => string) | undefined;
}

/** What is told of a fault. */
export interface FaultData {
  readonly faultKind: FaultKind;
  readonly blame: Blame;
  readonly code: string;
  readonly place?: string;
  readonly declared?: { readonly name: string; readonly detail: Value };
}

export function compileFaults(
  contract: Contract,
  { faults }: Operation,
  limits: DocumentLimits,
): readonly FaultCodec[] {
  return faults.map((declared): FaultCodec => {
    const { type } = declared;
    if (type === undefined) {
      return { declared, read: () => ({ kind: "value", value: null }), write: undefined };
    }
    const read = compileJsonReader(contract, type, { unknownMembers: "drop", limits });
    const write = compileJsonWriter(contract, type, {});
    return { declared, write, read: (data) => read(Buffer.from(data)) };
  });
}

/** @returns the text of an object. */
export function writeFaultData(
  { faultKind, code, blame, place, declared }: FaultData,
  codecs: readonly FaultCodec[],
  exchangeId: string,
): string {
  const says = { code, kind: faultKind, fault: blame, exchange: exchangeId };
  const more = JSON.stringify(place === undefined || place === "" ? says : { ...says, place });
  const known = codecs.find((one) => one.declared.name === declared?.name);
  const detail = declared === undefined ? undefined : known?.write?.(declared.detail);
  return detail === undefined ? more : `${more.slice(0, -1)},"detail":${detail}}`;
}

/** What another gateway of ours says; undefined: nothing of ours. */
export function readFaultData(
  data: string | undefined,
  codecs: readonly FaultCodec[],
): FaultData | undefined {
  const spans = data === undefined ? undefined : readValueSpans(data);
  if (spans?.kind !== "object") return undefined;
  const { members } = spans;
  const kind = faultKinds.find((one) => one === textIn(members, "kind"));
  const blame = blames.find((one): one is Blame => one === textIn(members, "fault"));
  const code = textIn(members, "code");
  if (kind === undefined || blame === undefined || code === undefined) return undefined;
  const place = textIn(members, "place");
  const where = place === undefined ? {} : { place };
  const detail = members.get("detail");
  const known = codecs.find(({ declared }) => declared.name === code);
  const read = detail === undefined ? undefined : known?.read(detail);
  const declared =
    known !== undefined && read?.kind === "value"
      ? { declared: { name: known.declared.name, detail: read.value } }
      : {};
  return { faultKind: kind, blame, code, ...where, ...declared };
}

function textIn(members: ReadonlyMap<string, string>, name: string): string | undefined {
  const text = members.get(name);
  return text?.startsWith('"') ? (JSON.parse(text) as string) : undefined;
}
