/** The REST face: one service's operations under the contract's paths, as JSON, XML and more. */
import type { Fault, Reply } from "#call/call.ts";
import { streamNotOffered, takesStream } from "#call/problems.ts";
import type { Contract } from "#contract/contract.ts";
import { createRecord } from "#contract/value.ts";
import type {
  ContractDescriber,
  Decoded,
  Face,
  FaceContext,
  FaceRequest,
  FaceResponse,
  ServiceContract,
} from "#extension/protocol.ts";
import type { AnswerStream } from "#extension/streams.ts";
import { decodeCall } from "./face-decode.ts";
import { encodeAnswer, type RestNegotiated } from "./face-encode.ts";
import { createRestInputs, delimiterOf, itemCodecOf, type AskedInputs } from "./face-inputs.ts";
import { compileRestRoutes, routeOf, type RestRoute } from "./face-routes.ts";
import { compileFaultEncoder, type FaultForm } from "./faults.ts";
import { createAnswerStream, streamOfferFor } from "./face-stream.ts";
import { placeInRestAnswer } from "./large-answers.ts";
import { chooseOffer, prefersXml } from "./negotiate.ts";
import { faultOf, restProblems } from "./problems.ts";
import { compileRestOperation, type RestOperation } from "./rest-operation.ts";
import { answersStream, streamOffers, type StreamOffer } from "./stream-forms.ts";

export interface RestFaceOptions {
  /** Serves `/openapi.json`, unless the contract has a path of that name. */
  readonly describe?: ContractDescriber;
}

export function createRestFace(service: ServiceContract, options: RestFaceOptions = {}): Face {
  const { contract } = service;
  const match = compileRestRoutes(contract);
  const strict = new Map<RestRoute, RestOperation>();
  const lenient = new Map<RestRoute, RestOperation>();
  let document: FaceResponse | undefined;
  const encodeFault = compileFaultEncoder(contract);

  const operationOf = (route: RestRoute, unknown: "reject" | "drop"): RestOperation => {
    const operations = unknown === "reject" ? strict : lenient;
    const known = operations.get(route);
    if (known !== undefined) return known;
    const compiled = compileFor(contract, route, unknown);
    operations.set(route, compiled);
    return compiled;
  };

  const decode = (request: FaceRequest): Decoded => {
    const accept = request.field("accept");
    const form: FaultForm = { accept, xml: prefersXml(accept) };
    const { method } = request;
    const found = match(request.path, method);
    if (found === undefined) {
      if (request.path === "/openapi.json" && options.describe !== undefined) {
        const isRead = request.method === "GET" || request.method === "HEAD";
        document ??= isRead ? describeTo(service, options.describe) : undefined;
        return { kind: "document", response: (isRead && document) || notRead };
      }
      const detail = `the service ${service.serviceName} has no operation at this path`;
      return refusal(faultOf(restProblems["no-operation"](detail)), form);
    }
    const { routes, captured } = found;
    const route = routeOf(routes, method);
    if (route === undefined) {
      const allow = methodsOf(routes);
      const detail = `${method.slice(0, 40)} is not offered here; expected ${allow}`;
      const fault = faultOf(restProblems["method-not-offered"](detail));
      return refusal(fault, { ...form, allow });
    }
    const { passes } = request;
    const rest = operationOf(route, passes?.unknown === "allow" ? "drop" : "reject");
    if (passes !== undefined) return decodePassing(rest, request, captured, form);
    const delimiter = takesStream(route.operation) ? delimiterIn(rest, request) : undefined;
    if (delimiter !== undefined && typeof delimiter !== "number") {
      return refusal(delimiter, { ...form, rest });
    }
    const [{ bodies }] = rest.successes;
    const answer = chooseOffer(accept, bodies);
    const negotiated: RestNegotiated = { ...form, rest, answer };
    if (answersStream(route.operation)) {
      return withInputs(rest, delimiter, decodeStreamed(rest, request, captured, negotiated));
    }
    if (answer === undefined && bodies.length > 0) {
      const offers = bodies.map(({ mediaType }) => mediaType).join(", ");
      const detail = `no form that Accept names is offered; expected one of ${offers}`;
      return refusal(faultOf(restProblems["not-acceptable"](detail)), negotiated);
    }
    const outcome = decodeCall(rest, request, captured);
    if (outcome.kind === "fault") return refusal(outcome, negotiated);
    return withInputs(rest, delimiter, { kind: "call", call: outcome.call, negotiated });
  };

  const encode = (reply: Reply, context: FaceContext): FaceResponse => {
    const { operation, exchangeId } = context;
    const negotiated = context.negotiated as RestNegotiated | undefined;
    const form: FaultForm = negotiated ?? { accept: undefined, xml: false };
    if (reply.kind === "fault") return encodeFault(reply, operation, form, exchangeId);
    const answered = encodeAnswer(reply, negotiated);
    if (answered.kind === "response") return answered.response;
    return { ...encodeFault(answered, operation, form, exchangeId), fault: answered };
  };

  const encodeStream = (context: FaceContext): AnswerStream => {
    const form = context.negotiated as FaultForm & { readonly stream: StreamOffer };
    return createAnswerStream(contract, context, form, encodeFault);
  };

  return {
    ...{ decode, encode, encodeStream, placeOfItems: placeInRestAnswer(contract) },
    decodeInputs: ({ negotiated }) =>
      createRestInputs((negotiated as { readonly inputs: AskedInputs }).inputs),
  };
}

function delimiterIn(rest: RestOperation, request: FaceRequest): number | Fault {
  const hasPlace = itemCodecOf(rest) !== undefined;
  return hasPlace ? delimiterOf(request) : streamNotOffered(rest.operation, "REST");
}

/** What the address says of a call whose inputs are to come is kept for each of them. */
function withInputs(rest: RestOperation, delimiter: number | undefined, decoded: Decoded): Decoded {
  if (delimiter === undefined || decoded.kind !== "call") return decoded;
  const inputs: AskedInputs = { rest, delimiter, shared: decoded.call.input };
  const negotiated = { ...(decoded.negotiated as object), inputs };
  return { ...decoded, call: { ...decoded.call, input: createRecord() }, negotiated };
}

/** The service answers it, in whatever form it has. */
function decodePassing(
  rest: RestOperation,
  request: FaceRequest,
  captured: readonly string[],
  form: FaultForm,
): Decoded {
  const negotiated = { ...form, rest };
  const outcome = decodeCall(rest, request, captured);
  if (outcome.kind === "fault") return refusal(outcome, negotiated);
  return { kind: "call", call: outcome.call, negotiated };
}

/** One document is asked, several are answered. */
function decodeStreamed(
  rest: RestOperation,
  request: FaceRequest,
  captured: readonly string[],
  form: FaultForm & { readonly rest: RestOperation | undefined },
): Decoded {
  const stream = streamOfferFor(rest.operation, form.accept);
  if (stream === undefined) {
    const offers = streamOffers(rest.operation)
      .map(({ mediaType }) => mediaType)
      .join(", ");
    const detail = `no form that Accept names is offered; expected one of ${offers}`;
    return refusal(faultOf(restProblems["not-acceptable"](detail)), form);
  }
  const outcome = decodeCall(rest, request, captured);
  if (outcome.kind === "fault") return refusal(outcome, form);
  return { kind: "call", call: outcome.call, negotiated: { ...form, stream } };
}

function compileFor(
  contract: Contract,
  { operation, binding }: RestRoute,
  unknown: "reject" | "drop",
): RestOperation {
  const options = { unknown, also: ["json", "xml"] } as const;
  return compileRestOperation(contract, operation, binding, options);
}

function refusal(
  fault: Fault,
  negotiated: FaultForm & { rest?: RestOperation | undefined },
): Decoded {
  return { kind: "fault", fault, operation: negotiated.rest?.operation, negotiated };
}

function methodsOf(routes: ReadonlyMap<string, RestRoute>): string {
  const methods = new Set(routes.keys());
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods].sort().join(", ");
}

/** The address is relative: it holds behind whatever proxy the document was fetched through. */
function describeTo(service: ServiceContract, describe: ContractDescriber): FaceResponse {
  const { text, mediaType } = describe(service, { address: `/${service.serviceName}` });
  return { status: 200, fields: [["content-type", mediaType]], body: Buffer.from(text) };
}

const notRead: FaceResponse = {
  status: 405,
  fields: [["allow", "GET, HEAD"]],
  body: Buffer.alloc(0),
};
