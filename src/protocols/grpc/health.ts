/**
 * The health service of gRPC (grpc.health.v1), as the gateway itself: whether it serves, and
 * whether it knows a service. Whether instances are well is a matter of balancing, and stands in
 * the log.
 */
import type { Answer, Fault } from "#call/call.ts";
import { grpcNameOf } from "#contract/grpc-names.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import type { HubService, HubSession, HubStream } from "#extension/hub.ts";
import type { FaceContext, FaceRequest, FaceResponse, Fields } from "#extension/protocol.ts";
import { createGrpcFace } from "./face.ts";
import { protoImporter } from "./import.ts";
import { healthProto } from "./own-protos.ts";
import { grpcFault } from "./problems.ts";

export const healthService = "grpc.health.v1.Health";

export type AnswerHealth = (
  request: FaceRequest,
  session: HubSession,
) => Promise<FaceResponse | HubStream>;

type Serving = "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";

export function createHealth(services: readonly HubService[]): AnswerHealth {
  const source = { file: "health.proto", text: healthProto, read: () => undefined };
  const { contract } = protoImporter.import(source);
  const face = createGrpcFace({ serviceName: healthService, contract });
  const known = knownServices(services);
  const isKnown = (name: string, session: HubSession): boolean =>
    name === "" || known.get(name)?.some(([service, id]) => session.may(service, id)) === true;

  const listed = (session: HubSession): ValueRecord => {
    const statuses = createRecord();
    for (const name of ["", ...known.keys()]) {
      if (isKnown(name, session)) statuses[name] = statusOf("SERVING");
    }
    return Object.assign(createRecord(), { statuses });
  };

  return async (request, session) => {
    const { exchangeId } = session;
    const decoded = face.decode(request);
    if (decoded.kind === "document") return decoded.response;
    const { negotiated } = decoded;
    if (decoded.kind === "fault") {
      const { fault, operation } = decoded;
      return { ...face.encode(fault, { operation, negotiated, exchangeId }), fault };
    }
    const { operation, input } = decoded.call;
    const context: FaceContext = { operation, negotiated, exchangeId };
    const name = typeof input["service"] === "string" ? input["service"] : "";
    const serves = isKnown(name, session);
    if (operation.id === "Watch") return watch(face, context, session, serves);
    if (operation.id === "List") return face.encode(answerOf(listed(session)), context);
    if (serves) return face.encode(answerOf(statusOf("SERVING")), context);
    const fault = unknown(name);
    return { ...face.encode(fault, context), fault };
  };
}

/** Which operations stand behind a name, to be asked whether the caller may know of them. */
function knownServices(
  services: readonly HubService[],
): ReadonlyMap<string, readonly (readonly [serviceName: string, operationId: string])[]> {
  const known = new Map<string, (readonly [string, string])[]>();
  for (const { serviceName, contract } of services) {
    for (const operation of contract.operations) {
      const { service } = grpcNameOf(serviceName, operation);
      const named = known.get(service) ?? [];
      named.push([serviceName, operation.id]);
      known.set(service, named);
    }
  }
  return known;
}

/**
 * What a caller may call does not change while it watches: the stream has one status, and ends when
 * the gateway no longer is what it was; clients watch again.
 */
function watch(
  face: ReturnType<typeof createGrpcFace>,
  context: FaceContext,
  { signal, superseded }: HubSession,
  serves: boolean,
): HubStream | FaceResponse {
  const answers = face.encodeStream?.(context);
  const first = answers?.item(answerOf(statusOf(serves ? "SERVING" : "SERVICE_UNKNOWN")));
  if (answers === undefined || first === undefined) return face.encode(changed, context);
  if ("faultKind" in first) return face.encode(first, context);
  const run = async (write: (bytes: Buffer) => Promise<void>): Promise<Fields> => {
    await write(first);
    await aborted(AbortSignal.any([signal, superseded]));
    const { body, trailers } = answers.end(superseded.aborted ? changed : undefined);
    if (body.length > 0) await write(body);
    return trailers;
  };
  return { kind: "stream", status: answers.status, fields: answers.fields, run };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}

const changed: Fault = grpcFault(
  "unavailable",
  "configuration-changed",
  "the gateway has another configuration now, or is stopping: watch again",
  "gateway",
);

function statusOf(serving: Serving): ValueRecord {
  return Object.assign(createRecord(), { status: serving });
}

function answerOf(output: ValueRecord): Answer {
  return { kind: "answer", output, headers: createRecord() };
}

function unknown(name: string): Fault {
  const message = `no service ${name.slice(0, 200)} is known here, or you may not call it`;
  return grpcFault("not_found", "service-unknown", message);
}
