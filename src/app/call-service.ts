/**
 * `parlance call`: one operation through the running gateway, as any caller does it over HTTP. The
 * input is read by the contract, so that exact numbers stay exact and mistakes are named early.
 */
import { didYouMean } from "#base/nearest.ts";
import type { Platform } from "#base/platform.ts";
import type { Fault, Reply } from "#call/call.ts";
import type { Revision } from "#configuration/configuration.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import type { ValueRecord } from "#contract/value.ts";
import type { UpstreamRequest } from "#extension/protocol.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import { gatewayUrl, noContract } from "./describe-service.ts";
import { standardProtocols } from "./standard-protocols.ts";

export interface CallOptions {
  /** `service.operation` */
  readonly target: string;
  /** JSON text of the input record. */
  readonly input: string;
  readonly key: string | undefined;
  /** Instead of where the configuration says that it listens. */
  readonly gateway: string | undefined;
  readonly timeoutMs: number;
}

export type CallOutcome =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly exchange: string | undefined;
      /** JSON text; "" when there is nothing to say. */
      readonly output: string;
    }
  | {
      readonly kind: "fault";
      /** Undefined when nothing was sent. */
      readonly status: number | undefined;
      readonly exchange: string | undefined;
      readonly blame: string;
      readonly code: string;
      readonly message: string;
      readonly place: string | undefined;
      /** JSON text of a declared fault's detail. */
      readonly detail: string | undefined;
    }
  /** Nothing such can be called. */
  | { readonly kind: "refused"; readonly message: string; readonly suggestion?: string | undefined }
  /** The gateway did not answer. */
  | { readonly kind: "unreachable"; readonly message: string };

export async function callService(
  { configuration, contracts }: Revision,
  options: CallOptions,
  platform: Pick<Platform, "sockets">,
): Promise<CallOutcome> {
  const at = options.target.indexOf(".");
  const service = options.target.slice(0, at);
  const operationId = options.target.slice(at + 1);
  const contract = contracts.get(service);
  if (contract === undefined) return noContract(configuration.services, service);
  const operation = contract.operations.find(({ id }) => id === operationId);
  if (operation === undefined) return noOperation(contract, service, operationId);
  const rest = standardProtocols.find(({ name }) => name === "rest");
  const upstream = rest?.createUpstream?.({ serviceName: service, contract });
  if (upstream === undefined) {
    return { kind: "refused", message: "REST, which calls are made in, is not part of this build" };
  }
  const read = compileJsonReader(contract, operation.input.type, { unknownMembers: "reject" });
  const input = read(Buffer.from(options.input));
  if (input.kind === "fault") {
    const { code, message, place } = input;
    return notSent({ code, message, place });
  }
  const call = { operation, input: input.value as ValueRecord, headers: {} };
  const request = upstream.encode(call);
  if (request.kind === "fault") return notSent(request);
  const base = options.gateway ?? gatewayUrl(configuration.listen);
  const answered = await send(`${base.replace(/\/$/, "")}/${service}`, request, options, platform);
  if ("message" in answered) return { kind: "unreachable", message: answered.message };
  const { answer, body } = answered;
  const { headers, status } = answer;
  const field = (name: string) => headers.get(name) ?? undefined;
  const reply = upstream.decode({ status, field, body }, call);
  const blame = field("parlance-fault");
  return outcomeOf(reply, contract, operation, status, field("parlance-exchange"), blame);
}

function noOperation(contract: Contract, service: string, operationId: string): CallOutcome {
  const known = contract.operations.map(({ id }) => id);
  const shown = `known are ${known.slice(0, 20).join(", ")}`;
  const suggestion = didYouMean(operationId, known) ?? shown;
  const message = `service ${service} has no operation ${JSON.stringify(operationId)}`;
  return { kind: "refused", message, suggestion };
}

function notSent({ code, message, place }: Pick<Fault, "code" | "message" | "place">): CallOutcome {
  const nothing = { status: undefined, exchange: undefined, detail: undefined };
  return { kind: "fault", ...nothing, blame: "client", code, message, place };
}

async function send(
  base: string,
  { method, target, fields, body }: UpstreamRequest,
  { key, timeoutMs }: CallOptions,
  { sockets }: Pick<Platform, "sockets">,
): Promise<{ answer: Response; body: Buffer } | { message: string }> {
  const headers = new Headers(fields.map(([name, value]) => [name, value]));
  if (key !== undefined) headers.set("x-api-key", key);
  try {
    const answer = await sockets.fetch(base + target, {
      method,
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    });
    return { answer, body: Buffer.from(await answer.arrayBuffer()) };
  } catch (error) {
    return { message: `no answer from the gateway at ${base}: ${reasonOf(error, timeoutMs)}` };
  }
}

function outcomeOf(
  reply: Reply,
  contract: Contract,
  operation: Operation,
  status: number,
  exchange: string | undefined,
  toldBlame: string | undefined,
): CallOutcome {
  if (reply.kind === "answer") {
    const { output } = operation;
    if (output === undefined) return { kind: "answer", status, exchange, output: "" };
    const write = compileJsonWriter(contract, output.type, {});
    return { kind: "answer", status, exchange, output: write(reply.output) };
  }
  const { code, message, place, declared } = reply;
  const type = operation.faults.find(({ name }) => name === declared?.name)?.type;
  const detail =
    declared === undefined || declared.detail === null || type === undefined
      ? undefined
      : compileJsonWriter(contract, type, {})(declared.detail);
  const blame = toldBlame ?? reply.blame;
  return { kind: "fault", status, exchange, blame, code, message, place, detail };
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `nothing within ${timeoutMs} ms`;
  const { cause } = error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : error.message;
}
