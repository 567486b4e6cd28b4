/**
 * Calls that the gateway makes itself, in JSON under their contract: what is kept of them in the
 * place of octets that nobody has sent.
 */
import { defaultLimits } from "#base/limits.ts";
import type { Call, Fault, Reply } from "#call/call.ts";
import { faultTable } from "#call/fault-table.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import type { Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { compileJsonWriter, type WriteJson } from "#formats/json/compile-writer.ts";
import { headOfLines } from "#gateway/own-head.ts";
import { RequestHead, type ResponseHead } from "#wire/head.ts";
import { parseRequestHead } from "#wire/parse-request-head.ts";

/** Compiled when they are needed; types belong to one contract. */
const known = new WeakMap<Type, WriteJson>();

function textOf(contract: Contract, type: Type, value: Value): string {
  let write = known.get(type);
  if (write === undefined) known.set(type, (write = compileJsonWriter(contract, type, {})));
  return write(value);
}

export function callText(contract: Contract, { operation, input }: Call): Buffer {
  return Buffer.from(textOf(contract, operation.input.type, input));
}

export function replyText(contract: Contract, operation: Operation, reply: Reply): Buffer {
  if (reply.kind === "fault") return Buffer.from(faultText(contract, operation, reply));
  const type = operation.output?.type;
  return Buffer.from(type === undefined ? "{}" : textOf(contract, type, reply.output));
}

function faultText(contract: Contract, { faults }: Operation, fault: Fault): string {
  const { code, faultKind: kind, blame, message, place, declared } = fault;
  const type = faults.find(({ name }) => name === declared?.name)?.type;
  const told = JSON.stringify({ code, kind, fault: blame, message, place });
  if (declared === undefined || type === undefined) return told;
  return `${told.slice(0, -1)},"detail":${textOf(contract, type, declared.detail)}}`;
}

/** @param path of the call, which stands in no octets either. */
export function callHead(path: string, bodyBytes: number): RequestHead {
  const lines = `Content-Type: application/json\r\nContent-Length: ${bodyBytes}\r\n`;
  const bytes = Buffer.from(`POST ${path} HTTP/1.1\r\nHost: parlance\r\n${lines}\r\n`, "latin1");
  const head = new RequestHead();
  parseRequestHead(head, bytes, 0, bytes.length, defaultLimits);
  return head;
}

export function replyHead(reply: Reply, bodyBytes: number): ResponseHead {
  const status = reply.kind === "fault" ? faultTable[reply.faultKind].http : 200;
  const lines = `Content-Type: application/json\r\nContent-Length: ${bodyBytes}\r\n`;
  return headOfLines(status, "", lines, false);
}
