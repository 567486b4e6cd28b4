/** A contract, requests and answers for the tests of this folder. */
import type { Call, Reply } from "#call/call.ts";
import type { Contract, Operation, RestBinding } from "#contract/contract.ts";
import type { Field, RecordType, Type } from "#contract/types.ts";
import type { Decoded, Face, FaceResponse, UpstreamResponse } from "#extension/protocol.ts";

export const text: Type = { kind: "string", whitespace: "preserve" };
export const int32: Type = { kind: "int", bits: 32, signed: true };
export const int64: Type = { kind: "int", bits: 64, signed: true, spelling: "number" };
export const json = { mediaType: "application/json", format: "json" } as const;

export function field(name: string, type: Type, more: Partial<Field> = {}): Field {
  return { name, type, presence: "required", nullable: false, ...more };
}

export function record(...fields: readonly Field[]): RecordType {
  return { kind: "record", fields, xmlOrder: "all" };
}

export function list(item: Type): Type {
  return { kind: "list", item, itemNullable: false, min: 0 };
}

export function operation(id: string, input: RecordType, more: Partial<Operation> = {}): Operation {
  return {
    id,
    mode: "unary",
    safety: "unsafe",
    input: { type: input, headers: [] },
    output: { type: record(), headers: [] },
    faults: [],
    ...more,
  };
}

export function binding(method: string, path: string, more: Partial<RestBinding> = {}) {
  const success = { status: 200, field: undefined, contents: [json] } as const;
  return { method, path, parameters: [], body: undefined, success, ...more };
}

export function contractOf(operations: readonly Operation[], more: Partial<Contract> = {}) {
  return {
    serviceName: "orders",
    contract: {
      name: "orders",
      version: "1",
      dialect: "rest",
      namespace: "urn:orders",
      types: new Map(),
      operations,
      ...more,
    } satisfies Contract,
  };
}

export interface Sent {
  readonly method?: string;
  readonly target: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export function send(
  face: Face,
  { method = "GET", target, fields = {}, body = "" }: Sent,
): Decoded {
  const [path = "", query = ""] = target.split(/\?(.*)/s);
  return face.decode({
    method,
    path,
    query,
    field: (name) => fields[name],
    body: Buffer.from(body),
  });
}

/** The response to a request that never became a call, or an answer to one that did. */
export function respond(face: Face, decoded: Decoded, reply?: Reply): FaceResponse {
  if (decoded.kind === "document") return decoded.response;
  const asked = decoded.kind === "call" ? decoded.call.operation : decoded.operation;
  const { negotiated } = decoded;
  const told = decoded.kind === "fault" ? decoded.fault : reply;
  if (told === undefined) throw new Error("a call needs a reply");
  return face.encode(told, { operation: asked, exchangeId: "x1", negotiated });
}

export function callOf(decoded: Decoded): Call {
  if (decoded.kind === "call") return decoded.call;
  throw new Error(JSON.stringify(decoded.kind === "fault" ? decoded.fault : decoded));
}

export function fieldOf(response: FaceResponse, name: string): string | undefined {
  return response.fields.find(([one]) => one === name)?.[1];
}

export function answered(
  status: number,
  body: string | Buffer,
  fields: Readonly<Record<string, string>> = { "content-type": "application/json" },
): UpstreamResponse {
  return { status, body: Buffer.from(body), field: (name) => fields[name] };
}

export function plainOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
