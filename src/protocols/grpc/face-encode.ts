/** Answers and faults as the callers of each protocol of the family read them. */
import type { Answer, Fault, FaultDetail, Reply } from "#call/call.ts";
import { faultTable } from "#call/fault-table.ts";
import type { Operation } from "#contract/contract.ts";
import type { FaceContext, FaceResponse, Fields } from "#extension/protocol.ts";
import { compress, flags, frameOf } from "./framing.ts";
import type { GrpcOperation } from "./grpc-operation.ts";
import type { MetadataCodec } from "./metadata.ts";
import { documentFault } from "./problems.ts";
import { detailsOf, faultTrailers, okTrailers, typeUrl } from "./status.ts";
import { plainGrpc, type Variant } from "./variants.ts";

/** What `decode` keeps for the answer. */
export interface Asked {
  readonly variant: Variant;
  readonly grpc: GrpcOperation | undefined;
}

interface AnswerEnd {
  readonly body: Buffer;
  readonly trailers: Fields;
}

export interface AnswerEncoder {
  readonly encode: (reply: Reply, context: FaceContext) => FaceResponse;
  /** Field lines before the answer's body. */
  readonly head: (context: FaceContext) => Fields;
  /** One output, framed. */
  readonly item: (answer: Answer, context: FaceContext) => Buffer | Fault;
  /** The end of a stream, framed where it stands in the body. */
  readonly end: (fault: Fault | undefined, context: FaceContext) => AnswerEnd;
}

const noBytes: Buffer = Buffer.alloc(0);

export function createAnswerEncoder(
  metadataOf: (operation: Operation) => MetadataCodec,
): AnswerEncoder {
  const message = (answer: Answer, { variant, grpc }: Asked): Buffer | Fault => {
    const written = (grpc as GrpcOperation).writeOutput[variant.form](answer.output);
    return written.kind === "bytes" ? written.bytes : documentFault(written, "service");
  };
  const encoder: AnswerEncoder = {
    encode(reply, context) {
      const asked = askedOf(context);
      if (reply.kind === "fault") return encodeFault(reply, context);
      const bytes = message(reply, asked);
      if ("faultKind" in bytes) return { ...encodeFault(bytes, context), fault: bytes };
      const { operation } = context;
      const headers = operation === undefined ? [] : metadataOf(operation).write(reply.headers);
      const { variant } = asked;
      if (variant.wire === "connect") {
        const fields = [typeLine(variant), ...headers, ...asHeaders(context)];
        return { status: 200, fields, body: bytes };
      }
      const { body, trailers } = endOf(undefined, context);
      const whole = Buffer.concat([framed(bytes, variant), body]);
      const fields = [...encoder.head(context), ...headers];
      return { status: 200, fields, body: asText(whole, variant), trailers };
    },
    head(context) {
      const { variant } = askedOf(context);
      const name = variant.wire === "connect-stream" ? "connect-content-encoding" : "grpc-encoding";
      return variant.coding === "gzip" ? [typeLine(variant), [name, "gzip"]] : [typeLine(variant)];
    },
    item(answer, context) {
      const asked = askedOf(context);
      const bytes = message(answer, asked);
      return "faultKind" in bytes ? bytes : asText(framed(bytes, asked.variant), asked.variant);
    },
    end(fault, context) {
      const { body, trailers } = endOf(fault, context);
      return { body: asText(body, askedOf(context).variant), trailers };
    },
  };

  function endOf(fault: Fault | undefined, context: FaceContext): AnswerEnd {
    const { variant } = askedOf(context);
    if (variant.wire === "connect-stream") {
      const error = fault === undefined ? {} : { error: connectError(fault, context) };
      const end = { ...error, ...connectMetadata(context) };
      const body = frameOf(Buffer.from(JSON.stringify(end)), flags.connectEnd);
      return { body, trailers: [] };
    }
    const own = fault === undefined ? okTrailers() : trailersOf(fault, context);
    const trailers = [...own, ...trailersIn(context)];
    if (variant.wire === "grpc") return { body: noBytes, trailers };
    const lines = trailers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    return { body: frameOf(Buffer.from(lines), flags.webTrailers), trailers: [] };
  }

  function encodeFault(fault: Fault, context: FaceContext): FaceResponse {
    const { variant } = askedOf(context);
    const more: Fields = [["parlance-fault", fault.blame], ...codingLine(fault, variant)];
    const fields = [typeLine(variant), ...more];
    // Both protocols have a status of HTTP for content types that they do not know.
    const unknownType = fault.code === "content-type-unknown" ? 415 : undefined;
    if (variant.wire === "connect") {
      const body = Buffer.from(JSON.stringify(connectError(fault, context)));
      const json: Fields = [["content-type", "application/json"], ...more, ...asHeaders(context)];
      const status = unknownType ?? faultTable[fault.faultKind].http;
      return { status, fields: json, body };
    }
    // gRPC over HTTP/2, Trailers-Only: the head is all there is.
    if (variant.wire === "grpc") {
      const lines = [...fields, ...trailersOf(fault, context), ...trailersIn(context)];
      return { status: unknownType ?? 200, fields: lines, body: noBytes };
    }
    const { body } = encoder.end(fault, context);
    return { status: unknownType ?? 200, fields, body };
  }
  return encoder;
}

function trailersIn({ trailers }: FaceContext): Fields {
  return trailers?.() ?? [];
}

/** Connect, Unary-Response: trailing metadata stands in the head. */
function asHeaders(context: FaceContext): Fields {
  return trailersIn(context).map(([name, value]) => [`trailer-${name}`, value] as const);
}

/** Connect, EndStreamResponse. */
function connectMetadata(context: FaceContext): object {
  const byName = Map.groupBy(trailersIn(context), ([name]) => name);
  if (byName.size === 0) return {};
  const entries = [...byName].map(([name, lines]) => [name, lines.map(([, value]) => value)]);
  return { metadata: Object.fromEntries(entries) as object };
}

function askedOf({ negotiated }: FaceContext): Asked {
  return (negotiated as Asked | undefined) ?? { variant: plainGrpc, grpc: undefined };
}

function typeLine({ contentType }: Variant): readonly [string, string] {
  return ["content-type", contentType];
}

/** What may be sent instead of a compression that is not known. */
function codingLine({ code }: Fault, { wire }: Variant): Fields {
  if (code !== "compression-unknown") return [];
  const name = codingNames[wire];
  return [[name, "gzip, identity"]];
}

const codingNames: Readonly<Record<Variant["wire"], string>> = {
  grpc: "grpc-accept-encoding",
  web: "grpc-accept-encoding",
  "web-text": "grpc-accept-encoding",
  connect: "accept-encoding",
  "connect-stream": "connect-accept-encoding",
};

function framed(bytes: Buffer, { coding }: Variant): Buffer {
  if (coding === "identity" || bytes.length === 0) return frameOf(bytes);
  return frameOf(compress(bytes, coding), flags.compressed);
}

function asText(bytes: Buffer, { wire }: Variant): Buffer {
  return wire === "web-text" ? Buffer.from(bytes.toString("base64")) : bytes;
}

function trailersOf(fault: Fault, context: FaceContext): Fields {
  return faultTrailers(fault, context.exchangeId, declaredDetail(fault, context));
}

/** The detail of a declared fault, under the name of its message. */
function declaredDetail(fault: Fault, context: FaceContext): FaultDetail | undefined {
  const { grpc } = askedOf(context);
  const { declared } = fault;
  const codec = grpc?.faults.find((one) => one.declared.name === declared?.name);
  if (declared === undefined || codec === undefined || declared.detail === null) return undefined;
  const written = codec.write(declared.detail);
  if (written.kind !== "bytes") return undefined;
  return { type: typeUrl(codec.typeName), bytes: written.bytes };
}

/** Connect, Error-End-Stream and Unary error: codes in words, details in unpadded base64. */
function connectError(fault: Fault, context: FaceContext): object {
  const { faultKind, message } = fault;
  const details = detailsOf(fault, context.exchangeId, declaredDetail(fault, context));
  return {
    code: faultKind === "cancelled" ? "canceled" : faultKind,
    message,
    details: details.map(({ type, bytes }) => ({
      type: type.replace(/^.*\//, ""),
      value: bytes.toString("base64").replace(/=+$/, ""),
    })),
  };
}
