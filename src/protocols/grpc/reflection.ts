/**
 * Server reflection (grpc.reflection.v1 and v1alpha) over all services: one request after the other
 * is answered as it comes. What a caller may not call is not there for it.
 */
import type { Answer, Fault } from "#call/call.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import type { HubRequest, HubService, HubSession, HubStream } from "#extension/hub.ts";
import type { FaceContext, FaceResponse, Fields } from "#extension/protocol.ts";
import type { Input } from "#extension/streams.ts";
import { createGrpcFace } from "./face.ts";
import { protoImporter } from "./import.ts";
import { healthProto, reflectionPackages, reflectionProto } from "./own-protos.ts";
import { grpcFault } from "./problems.ts";
import { reflectMethods, type ReflectedMethod } from "./reflection-files.ts";
import { answerReflection } from "./reflection-answer.ts";
import { createView, holdTypes, type ReflectedView } from "./reflection-view.ts";

/** In one stream; a client has a few for each file. */
const requestsMax = 10_000;
/** Of callers who may call different things. */
const viewsMax = 64;

export type Reflect = (
  request: HubRequest,
  session: HubSession,
) => Promise<FaceResponse | HubStream>;

/** @returns for each address of the service, what answers there. */
export function createReflection(
  services: readonly HubService[],
): readonly { readonly service: string; readonly handle: Reflect }[] {
  const viewOf = createViews(services);
  return reflectionPackages.map((packageName) => {
    const service = `${packageName}.ServerReflection`;
    const text = reflectionProto(packageName);
    const { contract } = protoImporter.import({ file: "reflection.proto", text, read: nothing });
    const face = createGrpcFace({ serviceName: service, contract });
    return { service, handle: (request, session) => reflect(face, viewOf, request, session) };
  });
}

function nothing(): undefined {
  return undefined;
}

type ViewOf = (session: HubSession) => ReflectedView;

/** Callers who may call the same see the same. */
function createViews(services: readonly HubService[]): ViewOf {
  let methods: readonly ReflectedMethod[] | undefined;
  let types: ReturnType<typeof holdTypes>;
  const views = new Map<string, ReflectedView>();
  return (session) => {
    if (methods === undefined) {
      methods = reflectMethods(services, ownFiles);
      types = holdTypes(methods);
    }
    const shown = methods.filter(
      ({ operation }) =>
        operation === undefined || session.may(operation.serviceName, operation.id),
    );
    const key = shown.map(({ path }) => path).join(" ");
    const known = views.get(key);
    if (known !== undefined) return known;
    const view = createView(shown, types);
    const [oldest] = views.keys();
    if (views.size >= viewsMax && oldest !== undefined) views.delete(oldest);
    views.set(key, view);
    return view;
  };
}

const ownFiles: readonly (readonly [string, string])[] = [
  ["grpc/health/v1/health.proto", healthProto],
  ...reflectionPackages.map((packageName) => {
    const path = packageName.replaceAll(".", "/");
    return [`${path}/reflection.proto`, reflectionProto(packageName)] as const;
  }),
];

type Face = ReturnType<typeof createGrpcFace>;

function reflect(
  face: Face,
  viewOf: ViewOf,
  request: HubRequest,
  session: HubSession,
): Promise<FaceResponse | HubStream> {
  const { exchangeId } = session;
  const decoded = face.decode(request);
  if (decoded.kind === "document") return Promise.resolve(decoded.response);
  const operation = decoded.kind === "call" ? decoded.call.operation : decoded.operation;
  const context: FaceContext = { operation, negotiated: decoded.negotiated, exchangeId };
  const { parts } = request;
  if (decoded.kind === "fault") {
    const { fault } = decoded;
    return Promise.resolve({ ...face.encode(fault, context), fault });
  }
  const inputs = face.decodeInputs?.(context);
  const answers = face.encodeStream?.(context);
  if (parts === undefined || inputs === undefined || answers === undefined) {
    const fault = grpcFault("internal", "no-stream", "the request did not come in parts");
    return Promise.resolve({ ...face.encode(fault, context), fault });
  }
  const run = async (write: (bytes: Buffer) => Promise<void>): Promise<Fields> => {
    const fault = await answerAll(viewOf(session), inputs, parts, (output) => {
      const answer: Answer = { kind: "answer", output, headers: createRecord() };
      const item = answers.item(answer);
      return Buffer.isBuffer(item) ? write(item) : item;
    });
    const { body, trailers } = answers.end(fault);
    if (body.length > 0) await write(body);
    return trailers;
  };
  const { status, fields } = answers;
  return Promise.resolve({ kind: "stream", status, fields, run });
}

async function answerAll(
  view: ReflectedView,
  inputs: { push(bytes: Buffer): Iterable<Input | Fault>; end(): Fault | undefined },
  parts: AsyncIterable<Buffer>,
  answer: (output: ValueRecord) => Promise<void> | Fault,
): Promise<Fault | undefined> {
  let count = 0;
  for await (const bytes of parts) {
    for (const input of inputs.push(bytes)) {
      if (input.kind === "fault") return input;
      if (++count > requestsMax) return tooMany;
      const written = answer(answerReflection(view, input.input));
      if ("faultKind" in written) return written;
      await written;
    }
  }
  return inputs.end();
}

const tooMany = grpcFault(
  "resource_exhausted",
  "too-many-requests",
  `one stream of reflection may have ${requestsMax} requests`,
);
