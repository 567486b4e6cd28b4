/** Faults as error objects and back (JSON-RPC 2.0 §5.1). */
import type { Blame, FaultKind } from "#base/fault-kind.ts";
import type { Fault } from "#call/call.ts";
import { faultKindOfGrpc, faultTable } from "#call/fault-table.ts";
import { readFaultData, writeFaultData } from "#formats/json/declared-faults.ts";
import { protocolCodes, textOf } from "#formats/json-rpc/request.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";
import type { JsonRpcOperation } from "./jsonrpc-operation.ts";

export function errorText(
  fault: Fault,
  operation: JsonRpcOperation | undefined,
  exchangeId: string,
): string {
  const { faultKind, message, declared } = fault;
  const known = operation?.faults.find((one) => one.declared.name === declared?.name);
  const own = known?.declared.jsonRpcCode;
  const detail = declared === undefined ? undefined : known?.write?.(declared.detail);
  const number = own ?? faultTable[faultKind].jsonRpc;
  // Where the contract has the error, its data is what the contract says.
  const data =
    own !== undefined && detail !== undefined
      ? detail
      : writeFaultData(fault, operation?.faults ?? [], exchangeId);
  return `{"code":${number},"message":${JSON.stringify(message)},"data":${data}}`;
}

/** What is wrong with a request before it is a call. */
export function protocolFault(message: string): Fault {
  const told = { faultKind: "invalid_argument", blame: "client", code: "bad-request" } as const;
  return { kind: "fault", ...told, message };
}

export function protocolError(code: number, message: string, exchangeId: string): string {
  const { code: named, faultKind, blame } = protocolFault(message);
  const data = { code: named, kind: faultKind, fault: blame, exchange: exchangeId };
  return `{"code":${code},"message":${JSON.stringify(message)},"data":${JSON.stringify(data)}}`;
}

/** @param text of an error object, as a service sent it. */
export function readError(text: string, operation: JsonRpcOperation): Fault {
  const spans = readValueSpans(text);
  if (spans.kind !== "object") return broken("the error is no object");
  const number = Number(spans.members.get("code") ?? "NaN");
  if (!Number.isInteger(number)) return broken("the error has no whole number as its code");
  const message = textOf(spans.members.get("message")) ?? `error ${number}`;
  const data = spans.members.get("data");
  const declared = operation.faults.find((one) => one.declared.jsonRpcCode === number);
  if (declared !== undefined) {
    const read = declared.read(data ?? "null");
    if (read.kind === "value") {
      const { name } = declared.declared;
      const told = { faultKind: "failed_precondition", blame: "client", code: name } as const;
      return { kind: "fault", ...told, message, declared: { name, detail: read.value } };
    }
  }
  const own = readFaultData(data, operation.faults);
  return own === undefined ? plainFault(number, message) : { kind: "fault", message, ...own };
}

function plainFault(number: number, message: string): Fault {
  const faultKind = kindOf(number);
  // That a method or its parameters are wrong says something of the contract or of the caller.
  const blame: Blame = faultKind === "invalid_argument" ? "client" : "service";
  return { kind: "fault", faultKind, blame, code: `error-${number}`, message };
}

function kindOf(number: number): FaultKind {
  if (number === -32602) return "invalid_argument";
  if (number === protocolCodes.methodNotFound) return "unimplemented";
  if (number === -32603) return "internal";
  if (number <= -32001 && number >= -32016) return faultKindOfGrpc(-32000 - number);
  return "unknown";
}

export function broken(message: string): Fault {
  const told = { faultKind: "internal", blame: "service", code: "bad-answer" } as const;
  return { kind: "fault", ...told, message: `the service's answer is no JSON-RPC: ${message}` };
}
