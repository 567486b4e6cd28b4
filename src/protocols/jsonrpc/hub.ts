/**
 * JSON-RPC 2.0 to callers: `/rpc/{service}` with the operations' names as methods, `/rpc` with
 * `service.operation`. Batches are called side by side; `rpc.discover` tells what there is.
 */
import { defaultDocumentLimits } from "#base/limits.ts";
import type { Fault } from "#call/call.ts";
import { faultTable } from "#call/fault-table.ts";
import { takesStream } from "#call/problems.ts";
import type { Operation } from "#contract/contract.ts";
import type { FaceRequest, FaceResponse, Fields } from "#extension/protocol.ts";
import type { CreateHub, HubService, HubSession } from "#extension/hub.ts";
import { protocolCodes, type BadRequest, type RpcRequest } from "#formats/json-rpc/request.ts";
import { describeOpenRpc } from "./describe.ts";
import { readRequests, wrongMediaType } from "./envelope.ts";
import { errorText, protocolError, protocolFault } from "./errors.ts";
import { createOperations, type JsonRpcOperation } from "./jsonrpc-operation.ts";

interface Method {
  readonly serviceName: string;
  readonly operation: JsonRpcOperation;
}

/** By method, as callers of one address name it. */
interface Address {
  readonly methods: ReadonlyMap<string, Method>;
  readonly services: readonly HubService[];
  /** What stands before a method's own name. */
  readonly prefixed: boolean;
}

const json: Fields = [["content-type", "application/json"]];

export const createJsonRpcHub: CreateHub = (services) => {
  const byService = new Map(services.map((one) => [one.serviceName, addressOf([one], false)]));
  const all = addressOf(services, true);
  return {
    addresses: [
      { path: "/rpc", methods: ["POST"] },
      { path: "/rpc/{service}", methods: ["POST"] },
    ],
    async handle(request, session) {
      const name = request.path.slice("/rpc/".length);
      const address = request.path === "/rpc" ? all : byService.get(name);
      return handle(address, request, session);
    },
    tell(_request, fault, exchangeId) {
      const text = `{"jsonrpc":"2.0","error":${errorText(fault, undefined, exchangeId)},"id":null}`;
      const status = fault.httpStatus ?? faultTable[fault.faultKind].http;
      return { status, fields: json, body: Buffer.from(text), fault };
    },
  };
};

function addressOf(services: readonly HubService[], prefixed: boolean): Address {
  const methods = new Map<string, Method>();
  for (const { serviceName, contract } of services) {
    const find = createOperations(contract, defaultDocumentLimits);
    const called = contract.operations.filter((operation) => !takesStream(operation));
    const add = (name: string, operation: Operation): void => {
      const key = prefixed ? `${serviceName}.${name}` : name;
      if (methods.has(key)) return;
      methods.set(key, {
        serviceName,
        get operation() {
          return find(operation);
        },
      });
    };
    // A method of the contract is never taken for an operation that is called so.
    for (const operation of called) add(operation.jsonrpc?.method ?? operation.id, operation);
    for (const operation of called) add(operation.id, operation);
  }
  return { methods, services, prefixed };
}

async function handle(
  address: Address | undefined,
  request: FaceRequest,
  session: HubSession,
): Promise<FaceResponse> {
  const unlike = wrongMediaType(request.field("content-type"));
  if (unlike !== undefined) {
    const { text = "", ...told } = await answer(address, unlike, session);
    return { status: 415, fields: json, body: Buffer.from(text), ...told };
  }
  const { isBatch, requests } = readRequests(request.body);
  let bytesLeft = isBatch ? defaultDocumentLimits.documentBytesMax : Infinity;
  const answers = await Promise.all(
    requests.map(async (one) => {
      const told = await answer(address, one, session);
      const { length } = told.text ?? "";
      if (length > bytesLeft && one.kind === "request") return tooLarge(one, session.exchangeId);
      bytesLeft -= length;
      return told;
    }),
  );
  const first = answers.find((one) => one.fault !== undefined)?.fault;
  const fault = first && { fault: first };
  const told = answers.flatMap(({ text }) => text ?? []);
  // §4.1, §6: notifications have no answer, and a batch of them none either.
  if (told.length === 0) return { status: 204, fields: [], body: Buffer.alloc(0), ...fault };
  const body = isBatch ? `[${told.join(",")}]` : (told[0] as string);
  return { status: 200, fields: json, body: Buffer.from(body), ...fault };
}

/** Of one request. */
interface Told {
  /** Undefined: it is not told. */
  readonly text: string | undefined;
  readonly fault?: Fault;
}

async function answer(
  address: Address | undefined,
  request: RpcRequest | BadRequest,
  session: HubSession,
): Promise<Told> {
  const { exchangeId } = session;
  if (request.kind === "bad") {
    const error = protocolError(request.code, request.message, exchangeId);
    const text = `{"jsonrpc":"2.0","error":${error},"id":${request.id}}`;
    return { text, fault: protocolFault(request.message) };
  }
  const { id } = request;
  const { member, fault } = await call(address, request, session);
  const text = id === undefined ? undefined : `{"jsonrpc":"2.0",${member},"id":${id}}`;
  return { text, ...(fault && { fault }) };
}

/** The answers of a batch stand in one document, which is no larger than any other may be. */
function tooLarge({ id }: RpcRequest, exchangeId: string): Told {
  const limit = `documentBytesMax, ${defaultDocumentLimits.documentBytesMax} bytes`;
  const message = `it was called, and the answers of the batch together are more than ${limit}`;
  const told = {
    faultKind: "resource_exhausted",
    blame: "client",
    code: "batch-too-large",
  } as const;
  const fault: Fault = { kind: "fault", ...told, message };
  const error = errorText(fault, undefined, exchangeId);
  return { text: `{"jsonrpc":"2.0","error":${error},"id":${id ?? "null"}}`, fault };
}

/** The member of the response object: the result or the error. */
interface Outcome {
  readonly member: string;
  readonly fault?: Fault;
}

async function call(
  address: Address | undefined,
  { method, params }: RpcRequest,
  session: HubSession,
): Promise<Outcome> {
  const { exchangeId } = session;
  if (address === undefined) return notFound("there is no such service", exchangeId);
  if (method === "rpc.discover") return { member: `"result":${discover(address, session)}` };
  const found = address.methods.get(method);
  if (found === undefined) {
    return notFound(`there is no method ${method.slice(0, 200)}`, exchangeId);
  }
  const { serviceName, operation } = found;
  const read = operation.readParams(params);
  if (read.kind === "fault") {
    const { message, place, code } = read;
    const told = { faultKind: "invalid_argument", blame: "client", code } as const;
    const fault: Fault = { kind: "fault", ...told, message, place: `/params${place}` };
    return { member: `"error":${errorText(fault, operation, exchangeId)}`, fault };
  }
  const operationId = operation.operation.id;
  // Outputs that come one by one are collected by the gateway.
  const reply = await session.invoke({ serviceName, operationId, input: read.value });
  return reply.kind === "fault"
    ? { member: `"error":${errorText(reply, operation, exchangeId)}`, fault: reply }
    : { member: `"result":${operation.writeResult(reply.output)}` };
}

function notFound(message: string, exchangeId: string): Outcome {
  const error = protocolError(protocolCodes.methodNotFound, message, exchangeId);
  return { member: `"error":${error}`, fault: protocolFault(message) };
}

/** What the caller may not call, it is not told of. */
function discover({ services, prefixed }: Address, session: HubSession): string {
  return describeOpenRpc(services, {
    prefixed,
    address: prefixed ? "/rpc" : `/rpc/${services[0]?.serviceName ?? ""}`,
    shows: (serviceName, operationId) => session.may(serviceName, operationId),
  }).text;
}
