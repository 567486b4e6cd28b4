/**
 * What a new contract means for those who call by the old one: per operation the same, compatible
 * or breaking, with reasons. Callers may send what they sent and must understand what they get.
 */
import { canonicalText } from "./canonical-bytes.ts";
import { compareBindings, compareHeaders } from "./compare-bindings.ts";
import { compareTypes, type TypeComparison } from "./compare-types.ts";
import type { Contract, Operation } from "./contract.ts";

export interface ContractComparison {
  /** The worst of the operations. */
  readonly verdict: "same" | "compatible" | "breaking";
  /** Those of the old contract in its order, then those that are new. */
  readonly operations: readonly OperationComparison[];
}

export interface OperationComparison {
  readonly id: string;
  readonly change: "same" | "compatible" | "breaking" | "added" | "removed";
  readonly reasons: readonly ChangeReason[];
}

export interface ChangeReason {
  readonly breaking: boolean;
  /** `input.lines[].price`, `output`, `rest`, `faults.notFound`. */
  readonly place: string;
  /** From the view of a caller that knows the old contract. */
  readonly message: string;
}

export function compareContracts(before: Contract, after: Contract): ContractComparison {
  const afterById = new Map(after.operations.map((operation) => [operation.id, operation]));
  const known = new Set(before.operations.map(({ id }) => id));
  const operations = before.operations.map((operation): OperationComparison => {
    const { id } = operation;
    const other = afterById.get(id);
    if (other !== undefined) return compareOperations(before, after, operation, other);
    const reason = { breaking: true, place: "", message: "the operation is gone" };
    return { id, change: "removed", reasons: [reason] };
  });
  for (const { id } of after.operations) {
    if (!known.has(id)) operations.push({ id, change: "added", reasons: [] });
  }
  return { verdict: worstOf(operations), operations };
}

function worstOf(operations: readonly OperationComparison[]): ContractComparison["verdict"] {
  const changes = new Set(operations.map(({ change }) => change));
  if (changes.has("breaking") || changes.has("removed")) return "breaking";
  return changes.has("compatible") || changes.has("added") ? "compatible" : "same";
}

function compareOperations(
  before: Contract,
  after: Contract,
  old: Operation,
  fresh: Operation,
): OperationComparison {
  const reasons: ChangeReason[] = [];
  const report = (breaking: boolean, place: string, message: string): void => {
    reasons.push({ breaking, place, message });
  };
  // Callers send by the old contract; the service, and the gateway before it, take by the new one.
  const input: TypeComparison = {
    ...{ sender: before, receiver: after, strict: true, known: new Set() },
    report: (breaking, place, message) => report(breaking, place, said("sent", message)),
  };
  const output: TypeComparison = {
    ...{ sender: after, receiver: before, strict: false, known: new Set() },
    report: (breaking, place, message) => report(breaking, place, said("answered", message)),
  };
  compareTypes(input, old.input.type, fresh.input.type, "input");
  compareHeaders(input, old.input.headers, fresh.input.headers, "input.headers");
  if (old.output !== undefined && fresh.output !== undefined) {
    compareTypes(output, fresh.output.type, old.output.type, "output");
    compareHeaders(output, fresh.output.headers, old.output.headers, "output.headers");
  } else if (old.output !== fresh.output) {
    report(true, "output", fresh.output === undefined ? "no longer answered" : "now answered");
  }
  compareFaults(output, old, fresh);
  compareBindings(report, old, fresh);
  const change = reasons.some(({ breaking }) => breaking)
    ? "breaking"
    : reasons.length > 0 || isChanged(before, after, old, fresh)
      ? "compatible"
      : "same";
  return { id: old.id, change, reasons };
}

function said(how: "sent" | "answered", message: string): string {
  return how === "sent" ? `sent by the old contract: ${message}` : `answered now: ${message}`;
}

/** Whether the change shows in the operation itself; types by name are compared by their values. */
function isChanged(before: Contract, after: Contract, old: Operation, fresh: Operation): boolean {
  if (canonicalText(old) !== canonicalText(fresh)) return true;
  let differs = false;
  const report = (): void => {
    differs = true;
  };
  const shared = { strict: true, report };
  const input = { sender: after, receiver: before, known: new Set<string>(), ...shared };
  const output = { sender: before, receiver: after, known: new Set<string>(), ...shared };
  compareTypes(input, fresh.input.type, old.input.type, "");
  if (old.output !== undefined && fresh.output !== undefined) {
    compareTypes(output, old.output.type, fresh.output.type, "");
  }
  return differs;
}

function compareFaults(on: TypeComparison, old: Operation, fresh: Operation): void {
  for (const fault of fresh.faults) {
    const place = `faults.${fault.name}`;
    const known = old.faults.find(({ name }) => name === fault.name);
    if (known === undefined) on.report(false, place, "a fault that was not declared");
    else if (fault.type !== undefined && known.type !== undefined) {
      compareTypes(on, fault.type, known.type, place);
    } else if (known.type !== undefined) on.report(true, place, "the fault has no details");
  }
}
