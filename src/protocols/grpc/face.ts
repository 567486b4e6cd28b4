/** gRPC, gRPC-Web and Connect to callers: one service's operations under their full names. */
import type { DocumentLimits } from "#base/limits.ts";
import type { Fault, Reply } from "#call/call.ts";
import { isStream, takesStream } from "#call/problems.ts";
import type { Operation } from "#contract/contract.ts";
import { operationsByGrpcPath } from "#contract/grpc-names.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import type {
  Decoded,
  Face,
  FaceContext,
  FaceRequest,
  FaceResponse,
  ServiceContract,
} from "#extension/protocol.ts";
import { createAnswerEncoder, type Asked } from "./face-encode.ts";
import { createAnswerStream } from "./face-stream.ts";
import { createFrameReader, decompress, unpack } from "./framing.ts";
import { createOperations, type GrpcOperation } from "./grpc-operation.ts";
import { documentLimitsOf } from "./document-limits.ts";
import { createInputStream } from "./input-stream.ts";
import { compileMetadata, type MetadataCodec, type Read } from "./metadata.ts";
import { documentFault, grpcFault } from "./problems.ts";
import { createProtoNames } from "./proto-names.ts";
import { getMessage, plainGrpc, timeoutOf, variantOf, type Variant } from "./variants.ts";

export function createGrpcFace(service: ServiceContract): Face {
  const { contract } = service;
  const limits = documentLimitsOf(service);
  const paths = operationsByGrpcPath(service.serviceName, contract.operations);
  const find = createOperations(service, limits, createProtoNames(service));
  const metadata = new Map<Operation, { input: MetadataCodec; output: MetadataCodec }>();
  const metadataOf = (operation: Operation) => {
    const known = metadata.get(operation);
    if (known !== undefined) return known;
    const { input, output } = operation;
    const made = {
      input: compileMetadata(contract, input),
      output: compileMetadata(contract, output),
    };
    metadata.set(operation, made);
    return made;
  };

  const decode = (request: FaceRequest): Decoded => {
    const variant = variantOf(request);
    const operation = paths.get(request.path);
    const asked = operation && { variant: variant ?? plainGrpc, grpc: find(operation) };
    const refuse = (fault: Fault): Decoded => {
      const negotiated: Asked = asked ?? { variant: variant ?? plainGrpc, grpc: undefined };
      return { kind: "fault", fault, operation, negotiated };
    };
    if (variant === undefined) {
      return refuse(grpcFault("unimplemented", "content-type-unknown", contentTypeExpected));
    }
    if (operation === undefined || asked === undefined) {
      const message = `there is no method ${request.path.slice(0, 200)}`;
      return refuse(grpcFault("unimplemented", "no-operation", message));
    }
    const wrong = checkVariant(request, operation, variant);
    if (wrong !== undefined) return refuse(wrong);
    const headers = metadataOf(operation).input.read(request.field, "client");
    if (headers.kind === "fault") return refuse(headers);
    const input = takesStream(operation)
      ? nothing()
      : decodeInput(request, asked.grpc, variant, limits);
    if (input.kind === "fault") return refuse(input);
    const timeoutMs = timeoutOf(request);
    if (Number.isNaN(timeoutMs)) {
      return refuse(grpcFault("invalid_argument", "bad-timeout", timeoutExpected(request)));
    }
    const timed = timeoutMs === undefined ? {} : { timeoutMs };
    const call = { operation, input: input.value, headers: headers.value, ...timed };
    return { kind: "call", call, negotiated: asked };
  };

  const answers = createAnswerEncoder((operation) => metadataOf(operation).output);
  return {
    decode,
    // Connect compresses single messages so.
    readsCodings: true,
    encode: (reply: Reply, context: FaceContext): FaceResponse => answers.encode(reply, context),
    encodeStream: (context) => createAnswerStream(context, answers),
    decodeInputs: ({ negotiated }) => createInputStream(negotiated as Asked, limits),
  };
}

const contentTypeExpected =
  "the Content-Type is none of gRPC; expected application/grpc, application/grpc-web, " +
  "application/connect+proto, application/proto or application/json";

function timeoutExpected({ field }: FaceRequest): string {
  const [name, expected] =
    field("grpc-timeout") === undefined
      ? ["connect-timeout-ms", "up to ten digits, such as 500"]
      : ["grpc-timeout", "up to eight digits and a unit, such as 500m"];
  return `${name} is ${JSON.stringify(field(name)?.slice(0, 50))}; expected ${expected}`;
}

/** What stands there while the inputs come one by one. */
function nothing(): Read<ValueRecord> {
  return { kind: "value", value: createRecord() };
}

/** Connect has content types of their own for streams, and GET for what changes nothing. */
function checkVariant(
  request: FaceRequest,
  operation: Operation,
  { wire }: Variant,
): Fault | undefined {
  const coding = request.field("content-encoding");
  if (wire !== "connect" && coding !== undefined && coding.toLowerCase() !== "identity") {
    const how = "expected none, as messages are compressed one by one";
    const message = `the Content-Encoding is ${coding.slice(0, 50)}; ${how}`;
    return grpcFault("unimplemented", "compression-unknown", message);
  }
  const streams = isStream(operation);
  if (wire === "connect" && streams) {
    const expected = "expected application/connect+proto or application/connect+json";
    const message = `${operation.id} is ${operation.mode}: ${expected}`;
    return grpcFault("unimplemented", "content-type-unknown", message);
  }
  if (wire === "connect-stream" && !streams) {
    const expected = "expected application/proto or application/json";
    const message = `${operation.id} has one answer: ${expected}`;
    return grpcFault("unimplemented", "content-type-unknown", message);
  }
  if (wire === "web-text" && takesStream(operation)) {
    const message = `${operation.id} is ${operation.mode}: gRPC-Web as text has one input`;
    return grpcFault("unimplemented", "method-not-offered", message);
  }
  if (request.method === "GET" && operation.safety !== "safe") {
    const message = `${operation.id} may change something, so it cannot be called with GET`;
    return grpcFault("unimplemented", "method-not-offered", message);
  }
  return undefined;
}

function decodeInput(
  request: FaceRequest,
  grpc: GrpcOperation,
  variant: Variant,
  limits: DocumentLimits,
): Read<ValueRecord> {
  const bytes = messageOf(request, variant, limits);
  if ("faultKind" in bytes) return bytes;
  const read = grpc.readInput[variant.form](bytes);
  if (read.kind === "fault") return documentFault(read, "client");
  return { kind: "value", value: read.value as ValueRecord };
}

/** The one message of the request. */
function messageOf(
  request: FaceRequest,
  { wire, inputCoding }: Variant,
  { documentBytesMax }: DocumentLimits,
): Buffer | Fault {
  const unpackedMax = Math.min(documentBytesMax, request.passes?.bytesMax ?? Infinity);
  if (wire === "connect") {
    const got = request.method === "GET" ? getMessage(request.query) : undefined;
    if (request.method === "GET" && got === undefined) {
      return grpcFault("invalid_argument", "bad-message", "the message in the query is no base64");
    }
    const { bytes, coding } = got ?? {
      bytes: request.body,
      coding: request.field("content-encoding")?.toLowerCase() ?? "identity",
    };
    return decompress(bytes, coding, unpackedMax);
  }
  const body = wire === "web-text" ? fromBase64Text(request.body) : request.body;
  const reader = createFrameReader(documentBytesMax);
  const frames = reader.push(body);
  const [first] = frames;
  if (first !== undefined && "faultKind" in first) return first;
  if (first === undefined || frames.length > 1 || !reader.isBetween()) {
    const found = first === undefined ? "none" : "more";
    const message = `expected one whole message in the request's body, found ${found}`;
    return grpcFault("invalid_argument", "bad-framing", message);
  }
  return unpack(first, inputCoding, unpackedMax);
}

/** Pieces that are padded by themselves stand behind each other. */
function fromBase64Text(body: Buffer): Buffer {
  const pieces = body.toString("latin1").match(/[^=]+=*/g) ?? [];
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, "base64")));
}
