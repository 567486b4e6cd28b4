/**
 * Sends messages through one form of a dialect and back, as a caller and a service would: what the
 * upstream writes the face reads, and the other way round.
 */
import type { Answer, Call, Fault } from "#call/call.ts";
import type { DeclaredFault, Operation } from "#contract/contract.ts";
import type { GeneratedMessage } from "#contract/generate-values.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import type {
  Face,
  FaceContext,
  FaceResponse,
  MessageForm,
  Protocol,
  ServiceContract,
  Upstream,
  UpstreamResponse,
  WireMessage,
} from "#extension/protocol.ts";

export type Arrival =
  | {
      readonly kind: "arrived";
      readonly body: Value;
      readonly headers: ValueRecord;
      readonly context: FaceContext;
    }
  | { readonly kind: "refused"; readonly message: string };

export interface RoundTrip {
  /** As the form has the operation; undefined: it does not. */
  readonly operation: (id: string) => Operation | undefined;
  readonly request: (operation: Operation, message: GeneratedMessage) => Arrival;
  /** @param context from a request that arrived. */
  readonly answer: (
    operation: Operation,
    message: GeneratedMessage,
    context: FaceContext,
  ) => Arrival;
  readonly fault: (
    operation: Operation,
    declared: DeclaredFault,
    detail: Value,
    context: FaceContext,
  ) => Arrival;
}

/** Undefined: the protocol is not both face and upstream, so nothing can be sent through. */
export function createRoundTrip(
  { createFace, createUpstream }: Protocol,
  form: MessageForm,
  { serviceName, contract: whole }: ServiceContract,
): RoundTrip | undefined {
  if (createFace === undefined || createUpstream === undefined) return undefined;
  const contract = form.narrow?.(whole) ?? whole;
  const operations = new Map(contract.operations.map((one) => [one.id, one]));
  const service = { serviceName, contract };
  const face = createFace(service);
  const upstream = createUpstream(service);
  return {
    operation: (id) => operations.get(id),
    request: (operation, message) => guarded(() => request(face, upstream, operation, message)),
    answer: (operation, { body, headers }, context) =>
      guarded(() => {
        const reply: Answer = { kind: "answer", output: body, headers };
        return answer(upstream, operation, face.encode(reply, context), context);
      }),
    fault: (operation, { name }, detail, context) =>
      guarded(() => {
        const reply: Fault = {
          kind: "fault",
          faultKind: "failed_precondition",
          blame: "service",
          code: name,
          message: "example",
          declared: { name, detail },
        };
        return fault(upstream, operation, name, face.encode(reply, context), context);
      }),
  };
}

/**
 * For dialects whose callers are served by a hub: what the upstream takes is taken to arrive as it
 * is, in words that the tests of the dialect hold it to.
 */
export function createSendingTrip(
  { createUpstream }: Protocol,
  service: ServiceContract,
): RoundTrip | undefined {
  if (createUpstream === undefined) return undefined;
  const upstream = createUpstream(service);
  const operations = new Map(service.contract.operations.map((one) => [one.id, one]));
  const context = { exchangeId: "0", negotiated: undefined };
  return {
    operation: (id) => operations.get(id),
    request: (operation, { body, headers }) =>
      guarded(() => {
        const sent = upstream.encode({ operation, input: body, headers });
        if (sent.kind === "fault") return refused(sent);
        return { kind: "arrived", body, headers, context: { ...context, operation } };
      }),
    answer: (_operation, { body, headers }, asked) => {
      return { kind: "arrived", body, headers, context: asked };
    },
    fault: (_operation, _declared, detail, asked) => {
      return { kind: "arrived", body: detail, headers: {}, context: asked };
    },
  };
}

function request(
  face: Face,
  upstream: Upstream,
  operation: Operation,
  { body, headers }: GeneratedMessage,
): Arrival {
  const sent = upstream.encode({ operation, input: body, headers });
  if (sent.kind === "fault") return refused(sent);
  const [path = "", query = ""] = split(sent.target);
  const { method } = sent;
  const decoded = face.decode({
    method,
    path: path === "" ? "/" : path,
    query,
    field: fieldsOf(sent),
    body: sent.body,
  });
  if (decoded.kind === "document") return { kind: "refused", message: "taken for a document" };
  if (decoded.kind === "fault") return refused(decoded.fault);
  const { call, negotiated } = decoded;
  if (call.operation.id !== operation.id) {
    return { kind: "refused", message: `taken for a call of ${call.operation.id}` };
  }
  const context: FaceContext = { operation: call.operation, exchangeId: "0", negotiated };
  return { kind: "arrived", body: call.input, headers: call.headers, context };
}

function answer(
  upstream: Upstream,
  operation: Operation,
  response: FaceResponse,
  context: FaceContext,
): Arrival {
  const reply = upstream.decode(received(response), callOf(operation));
  if (reply.kind === "fault") return refused(reply);
  return { kind: "arrived", body: reply.output, headers: reply.headers, context };
}

function fault(
  upstream: Upstream,
  operation: Operation,
  name: string,
  response: FaceResponse,
  context: FaceContext,
): Arrival {
  const reply = upstream.decode(received(response), callOf(operation));
  if (reply.kind === "answer") return { kind: "refused", message: "taken for an answer" };
  const { declared } = reply;
  if (declared?.name !== name) {
    return { kind: "refused", message: `arrived as ${reply.code}: ${reply.message}` };
  }
  return { kind: "arrived", body: declared.detail, headers: {}, context };
}

function received({ trailers, ...response }: FaceResponse): UpstreamResponse {
  const whole = { ...response, field: fieldsOf(response) };
  return trailers === undefined
    ? whole
    : { ...whole, trailer: fieldsOf({ ...response, fields: trailers }) };
}

function callOf(operation: Operation): Call {
  return { operation, input: {}, headers: {} };
}

/** A codec that cannot be compiled or that fails carries nothing; what it said tells why. */
function guarded(run: () => Arrival): Arrival {
  try {
    return run();
  } catch (error) {
    return { kind: "refused", message: error instanceof Error ? error.message : String(error) };
  }
}

function refused({ message, place }: Fault): Arrival {
  const where = place === undefined || place === "" ? "" : ` (at ${place})`;
  return { kind: "refused", message: `${message}${where}` };
}

function split(target: string): readonly string[] {
  const at = target.indexOf("?");
  return at < 0 ? [target] : [target.slice(0, at), target.slice(at + 1)];
}

function fieldsOf({ fields }: WireMessage): (lowerCaseName: string) => string | undefined {
  return (wanted) => {
    const values = fields.flatMap(([name, value]) =>
      name.toLowerCase() === wanted ? [value] : [],
    );
    return values.length === 0 ? undefined : values.join(", ");
  };
}
