/** Faults as errors of GraphQL (§7.1.2), and back. */
import { GraphQLError } from "graphql";
import { blames, type Blame } from "#base/fault-kind.ts";
import type { Fault } from "#call/call.ts";
import { faultKindOfGraphql, faultTable, isFaultKind } from "#call/fault-table.ts";
import type { Contract, DeclaredFault, Operation } from "#contract/contract.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import type { Value } from "#contract/value.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { readExactValue } from "#formats/json/exact-value.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";

export interface FaultDetails {
  /** JSON text; undefined: the fault has no detail. */
  readonly write: (declared: NonNullable<Fault["declared"]>) => string | undefined;
  /** Undefined: no declared fault of that name, or none of its type. */
  readonly read: (name: string, text: string | undefined) => Fault["declared"];
}

export function createFaultDetails(contract: Contract, { faults }: Operation): FaultDetails {
  const byName = new Map(faults.map((fault) => [fault.name, compileDetail(contract, fault)]));
  return {
    write: ({ name, detail }) => byName.get(name)?.write(detail),
    read(name, text) {
      const found = byName.get(name);
      const detail = found?.read(text ?? "null");
      return detail === undefined ? undefined : { name, detail };
    },
  };
}

function compileDetail(contract: Contract, { type }: DeclaredFault) {
  if (type === undefined) return { write: () => undefined, read: (): Value => null };
  const read = compileJsonReader(contract, type, { unknownMembers: "drop" });
  return {
    write: compileJsonWriter(contract, type, {}),
    read(text: string): Value | undefined {
      const found = read(Buffer.from(text));
      return found.kind === "value" ? found.value : undefined;
    },
  };
}

/** What stands in `extensions`: `code` is GraphQL's custom, the rest says it exactly. */
function extensionsOf(
  { faultKind, code, blame, place, declared }: Omit<Fault, "message">,
  exchangeId: string,
  details?: FaultDetails,
): Record<string, unknown> {
  const text = declared === undefined ? undefined : details?.write(declared);
  const detail = text === undefined ? undefined : readExactValue(text);
  return {
    ...{ code: faultTable[faultKind].graphql, kind: faultKind, fault: blame },
    ...{ problem: code, exchange: exchangeId },
    ...(place !== undefined && place !== "" && { place }),
    ...(detail?.kind === "value" && { detail: detail.value }),
  };
}

export function errorOf(fault: Fault, exchangeId: string, details?: FaultDetails): GraphQLError {
  const extensions = extensionsOf(fault, exchangeId, details);
  return new GraphQLError(fault.message, { extensions });
}

/** What an error of ours tells, by its extensions. */
export function faultOf({ message, extensions }: GraphQLError): Fault {
  const { kind, fault, problem, code } = extensions;
  const faultKind = isFaultKind(kind) ? kind : "unknown";
  const blame = blames.find((one) => one === fault) ?? blameOf(faultKind);
  const named = typeof problem === "string" ? problem : slugOf(String(code));
  return { kind: "fault", faultKind, blame, code: named, message };
}

export function inputFault({ code, message, place }: DocumentFault): Fault {
  const faultKind = code === "limit-exceeded" ? "resource_exhausted" : "invalid_argument";
  return { kind: "fault", faultKind, blame: "client", code, message, place };
}

/** @param text of one member of `errors`, as a service sent it. */
export function readError(text: string, details: FaultDetails): Fault {
  const spans = readValueSpans(text);
  const members = spans.kind === "object" ? spans.members : new Map<string, string>();
  const message = textOf(members.get("message")) ?? "the service tells an error without a message";
  const more = readValueSpans(members.get("extensions") ?? "{}");
  const said = more.kind === "object" ? more.members : new Map<string, string>();
  const custom = textOf(said.get("code"));
  const kind = textOf(said.get("kind"));
  const blame = blames.find((one): one is Blame => one === textOf(said.get("fault")));
  const problem = textOf(said.get("problem"));
  const faultKind = isFaultKind(kind) ? kind : faultKindOfGraphql(custom ?? "");
  const code = problem ?? (custom === undefined ? "error" : slugOf(custom));
  const place = textOf(said.get("place"));
  const declared = details.read(code, said.get("detail"));
  return {
    ...{ kind: "fault", faultKind, code, message, blame: blame ?? blameOf(faultKind) },
    ...(place !== undefined && { place }),
    ...(declared !== undefined && { declared }),
  };
}

/** Where nobody says: what the call asked for, or the service. */
function blameOf(kind: Fault["faultKind"]): Blame {
  return faultTable[kind].soap11 === "Client" ? "client" : "service";
}

function slugOf(code: string): string {
  return code
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 100);
}

function textOf(text: string | undefined): string | undefined {
  return text?.startsWith('"') === true ? (JSON.parse(text) as string) : undefined;
}
