/** Results and errors of MCP as texts, and the results of tools back to replies. */
import type { Fault } from "#call/call.ts";
import { faultTable } from "#call/fault-table.ts";
import type { FaceResponse, Fields } from "#extension/protocol.ts";
import { writeFaultData, type FaultCodec } from "#formats/json/declared-faults.ts";
import { metaKeys, own } from "./versions.ts";

/** What an answer depends on. */
export interface Asked {
  /** As its text. */
  readonly id: string;
  readonly isStateless: boolean;
  readonly exchangeId: string;
}

/** @param members of the result, as texts. @param meta members of its `_meta`. */
export function resultText(
  { id, isStateless }: Asked,
  members: readonly string[],
  meta: readonly string[] = [],
): string {
  const all = isStateless ? ['"resultType":"complete"', ...members] : [...members];
  const info = `${JSON.stringify(metaKeys.serverInfo)}:${JSON.stringify(own)}`;
  const said = isStateless ? [...meta, info] : meta;
  if (said.length > 0) all.push(`"_meta":{${said.join(",")}}`);
  return `{"jsonrpc":"2.0","id":${id},"result":{${all.join(",")}}}`;
}

/** @param data text of an object. */
function errorText(id: string, code: number, message: string, data: string): string {
  const error = `{"code":${code},"message":${JSON.stringify(message)},"data":${data}}`;
  return `{"jsonrpc":"2.0","id":${id},"error":${error}}`;
}

/** An error of the protocol, about the request itself. */
export function refuse(
  status: number,
  id: string,
  { code, message }: { readonly code: number; readonly message: string },
  exchangeId: string,
  more: Readonly<Record<string, unknown>> = {},
): FaceResponse {
  const told = { code: "bad-request", faultKind: "invalid_argument", blame: "client" } as const;
  const named = { code: told.code, kind: told.faultKind, fault: told.blame };
  const data = JSON.stringify({ ...named, exchange: exchangeId, ...more });
  const fault: Fault = { kind: "fault", ...told, message };
  return { ...answer(status, errorText(id, code, message, data)), fault };
}

/** What keeps a request from being read: its id is not known. */
export function tellFailure(fault: Fault, exchangeId: string): FaceResponse {
  const { faultKind, message, httpStatus } = fault;
  const { http, jsonRpc } = faultTable[faultKind];
  const text = errorText("null", jsonRpc, message, writeFaultData(fault, [], exchangeId));
  return { ...answer(httpStatus ?? http, text), fault };
}

/**
 * What a model can act on is a result with `isError`: its text says everything, as models see
 * nothing else, and `_meta` the same for programs. What no tool has seen is an error.
 */
export function faultText(asked: Asked, fault: Fault, codecs: readonly FaultCodec[]): string {
  const { faultKind, message } = fault;
  const data = writeFaultData(fault, codecs, asked.exchangeId);
  const { mcp: code } = faultTable[faultKind];
  if (code !== undefined) return errorText(asked.id, code, message, data);
  const content = `"content":[${textContent(`${message}\n${data}`)}]`;
  return resultText(
    asked,
    [content, '"isError":true'],
    [`${JSON.stringify(metaKeys.fault)}:${data}`],
  );
}

export function textContent(text: string): string {
  return `{"type":"text","text":${JSON.stringify(text)}}`;
}

/** A call that came to a fault. */
export function answerFault(
  asked: Asked,
  fault: Fault,
  codecs: readonly FaultCodec[],
): FaceResponse {
  return { ...answer(200, faultText(asked, fault, codecs)), fault };
}

const json: Fields = [["content-type", "application/json"]];

export function answer(status: number, text: string): FaceResponse {
  return { status, fields: json, body: Buffer.from(text) };
}
