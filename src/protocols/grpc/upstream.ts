/**
 * Calls to instances in gRPC over HTTP/2: one message each way, or streams of them. An instance
 * that answers without gRPC's own status is judged by its HTTP status (gRPC, http-grpc-status-
 * mapping).
 */
import type { DocumentLimits } from "#base/limits.ts";
import type { Answer, Call, Fault, FaultDetail, Reply } from "#call/call.ts";
import { writeGrpcTimeout } from "#call/grpc-timeout.ts";
import { isStream } from "#call/problems.ts";
import type { FaultKind } from "#base/fault-kind.ts";
import type { Operation } from "#contract/contract.ts";
import { grpcNameOf } from "#contract/grpc-names.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import type {
  Fields,
  ServiceContract,
  Upstream,
  UpstreamRequest,
  UpstreamResponse,
} from "#extension/protocol.ts";
import type { ReplyStream, RequestStream } from "#extension/streams.ts";
import { documentLimitsOf } from "./document-limits.ts";
import { createFrameReader, frameOf, unpack, type Frame } from "./framing.ts";
import { createOperations, type GrpcOperation } from "./grpc-operation.ts";
import { compileMetadata, type MetadataCodec, type Read } from "./metadata.ts";
import { documentFault, grpcFault, ofService } from "./problems.ts";
import { createProtoNames } from "./proto-names.ts";
import { readTrailers, typeUrl, type StatusRead } from "./status.ts";

const noBytes: Buffer = Buffer.alloc(0);

interface Compiled {
  readonly limits: DocumentLimits;
  readonly grpc: GrpcOperation;
  readonly path: string;
  readonly input: MetadataCodec;
  readonly output: MetadataCodec;
}

export function createGrpcUpstream(service: ServiceContract): Upstream {
  const { contract } = service;
  const limits = documentLimitsOf(service);
  const find = createOperations(service, limits, createProtoNames(service));
  const known = new Map<Operation, Compiled>();
  const compiledOf = (operation: Operation): Compiled => {
    const found = known.get(operation);
    if (found !== undefined) return found;
    const name = grpcNameOf(service.serviceName, operation);
    const compiled: Compiled = {
      limits,
      grpc: find(operation),
      path: `/${name.service}/${name.method}`,
      input: compileMetadata(contract, operation.input),
      output: compileMetadata(contract, operation.output),
    };
    known.set(operation, compiled);
    return compiled;
  };

  const head = (call: Call, body: Buffer): UpstreamRequest => {
    const { path, input } = compiledOf(call.operation);
    return { kind: "request", method: "POST", target: path, fields: fieldsOf(call, input), body };
  };

  return {
    encode(call) {
      const { grpc } = compiledOf(call.operation);
      const written = grpc.writeInput(call.input);
      if (written.kind === "fault") return documentFault(written, "client");
      return head(call, frameOf(written.bytes));
    },
    decode: (response, call) => decodeReply(response, compiledOf(call.operation)),
    encodeInputs(call): RequestStream {
      const { grpc } = compiledOf(call.operation);
      return {
        head: head(call, noBytes),
        item(input) {
          const written = grpc.writeInput(input);
          return written.kind === "bytes"
            ? frameOf(written.bytes)
            : documentFault(written, "client");
        },
        end: () => noBytes,
      };
    },
    decodeOutputs(response, call) {
      if (!isStream(call.operation) || call.operation.mode === "client-stream") return undefined;
      if (response.status !== 200 || !isGrpc(response.field)) return undefined;
      // Trailers-Only: there is nothing but how it ended; a stream of nothing is one, too.
      if ((response.field("grpc-status") ?? "0") !== "0") return undefined;
      return createReplyStream(response, compiledOf(call.operation));
    },
  };
}

function fieldsOf({ headers, timeoutMs }: Call, input: MetadataCodec): Fields {
  return [
    ["content-type", "application/grpc+proto"],
    ["te", "trailers"],
    ["grpc-accept-encoding", "identity, gzip"],
    ...(timeoutMs === undefined ? [] : [["grpc-timeout", writeGrpcTimeout(timeoutMs)] as const]),
    ...input.write(headers),
  ];
}

type FieldOf = (lowerCaseName: string) => string | undefined;

function isGrpc(field: FieldOf): boolean {
  return /^application\/grpc(?:\+|;|$)/i.test(field("content-type") ?? "");
}

function decodeReply(response: UpstreamResponse, compiled: Compiled): Reply {
  const { status, field, trailer, passes } = response;
  if (!isGrpc(field) && field("grpc-status") === undefined) return notGrpc(status);
  // Trailers-Only has the status in its one head.
  const end = readTrailers(trailer?.("grpc-status") === undefined ? field : trailer);
  if (end !== undefined) return declaredIn(end, compiled.grpc);
  const reply = decodeMessage(response, compiled);
  return reply.kind === "fault" && passes !== undefined ? { ...reply, unfit: true } : reply;
}

function decodeMessage({ field, body, passes }: UpstreamResponse, compiled: Compiled): Reply {
  const reader = createFrameReader(compiled.limits.documentBytesMax);
  const frames = reader.push(body);
  const [first] = frames;
  if (first !== undefined && "faultKind" in first) return ofService(first);
  if (first === undefined || frames.length > 1 || !reader.isBetween()) {
    const message = "the answer has a status of 0 and not one whole message";
    return grpcFault("internal", "bad-framing", message, "service");
  }
  const headers = compiled.output.read(field, "service");
  if (headers.kind === "fault") return headers;
  const output = outputOf(first, field, compiled, passes?.bytesMax);
  if (output.kind === "fault") return output;
  return { kind: "answer", output: output.value, headers: headers.value };
}

/** Deviation: what is compressed without a word how is taken for gzip, the only one we take. */
function outputOf(
  frame: Frame | Fault,
  field: FieldOf,
  { grpc, limits }: Compiled,
  bytesMax = Infinity,
): Read<ValueRecord> {
  if ("faultKind" in frame) return ofService(frame);
  const unpackedMax = Math.min(limits.documentBytesMax, bytesMax);
  const bytes = unpack(frame, field("grpc-encoding") ?? "gzip", unpackedMax);
  if ("faultKind" in bytes) return ofService(bytes);
  const read = grpc.readOutput(bytes);
  if (read.kind === "fault") return documentFault(read, "service");
  return { kind: "value", value: read.value as ValueRecord };
}

/** A declared fault is known by the message among the details. */
function declaredIn({ fault, details }: StatusRead, { faults }: GrpcOperation): Fault {
  for (const detail of details) {
    const { type, bytes } = detail;
    const alike = faults.filter(({ typeName }) => typeUrl(typeName) === type);
    // Several may have the same message; which one it is, a gateway says by its name.
    const known = alike.find(({ declared }) => declared.name === fault.code) ?? alike[0];
    const read = known?.read(bytes);
    if (known === undefined || read?.kind !== "value") continue;
    const { name } = known.declared;
    const declared: Value = read.value;
    const others = details.filter((one) => one !== detail);
    return withDetails({ ...fault, code: name, declared: { name, detail: declared } }, others);
  }
  return withDetails(fault, details);
}

function withDetails(fault: Fault, details: readonly FaultDetail[]): Fault {
  return details.length === 0 ? fault : { ...fault, details };
}

const kindOfStatus: Readonly<Record<number, FaultKind>> = {
  400: "internal",
  401: "unauthenticated",
  403: "permission_denied",
  404: "unimplemented",
  429: "unavailable",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};

function notGrpc(status: number): Fault {
  const message = `the instance answered with status ${status} and without a grpc-status`;
  return grpcFault(kindOfStatus[status] ?? "unknown", "not-grpc", message, "service");
}

function createReplyStream(
  { field }: { readonly field: FieldOf },
  compiled: Compiled,
): ReplyStream {
  const reader = createFrameReader(compiled.limits.documentBytesMax);
  return {
    push: (bytes) =>
      reader.push(bytes).map((frame): Answer | Fault => {
        const output = outputOf(frame, field, compiled);
        if (output.kind === "fault") return output;
        return { kind: "answer", output: output.value, headers: createRecord() };
      }),
    end(trailer) {
      const end = readTrailers(field("grpc-status") === undefined ? trailer : field);
      if (end !== undefined) return declaredIn(end, compiled.grpc);
      if (reader.isBetween()) return undefined;
      const message = "the stream of the instance ends inside a message";
      return grpcFault("internal", "bad-framing", message, "service");
    },
  };
}
