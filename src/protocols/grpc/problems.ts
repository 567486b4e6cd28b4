/** What gRPC callers and instances can get wrong beneath their messages. */
import type { Blame, FaultKind } from "#base/fault-kind.ts";
import type { Fault } from "#call/call.ts";
import type { DocumentFault } from "#contract/document-fault.ts";

/** Of the caller's, until the upstream says that it was the service's. */
export function grpcFault(
  faultKind: FaultKind,
  code: string,
  message: string,
  blame: Blame = "client",
): Fault {
  return { kind: "fault", faultKind, blame, code, message };
}

/** A message that is none of its type, or a value that the dialect has no place for. */
export function documentFault({ code, message, place }: DocumentFault, blame: Blame): Fault {
  const faultKind =
    code === "limit-exceeded"
      ? "resource_exhausted"
      : blame === "client"
        ? "invalid_argument"
        : "internal";
  return { kind: "fault", faultKind, blame, code, message, place };
}

/** The same fault, of the instance's: no caller has to change anything. */
export function ofService(fault: Fault): Fault {
  const { faultKind } = fault;
  // As with any answer that is too large.
  if (faultKind === "resource_exhausted") return { ...fault, blame: "service", httpStatus: 502 };
  const isCallers = faultKind === "invalid_argument" || faultKind === "unimplemented";
  return { ...fault, faultKind: isCallers ? "internal" : faultKind, blame: "service" };
}
