/** Requests of several inputs: frames as they come, until the caller ends its half. */
import type { DocumentLimits } from "#base/limits.ts";
import type { Fault } from "#call/call.ts";
import type { ValueRecord } from "#contract/value.ts";
import type { Input, InputStream } from "#extension/streams.ts";
import type { Asked } from "./face-encode.ts";
import { createFrameReader, flags, unpack, type Frame } from "./framing.ts";
import type { GrpcOperation } from "./grpc-operation.ts";
import { documentFault, grpcFault } from "./problems.ts";

export function createInputStream(
  { variant, grpc }: Asked,
  { documentBytesMax }: DocumentLimits,
): InputStream {
  const reader = createFrameReader(documentBytesMax);
  let hasEnded = false;
  const inputOf = (frame: Frame): Input | Fault => {
    const bytes = unpack(frame, variant.inputCoding, documentBytesMax);
    if ("faultKind" in bytes) return bytes;
    const read = (grpc as GrpcOperation).readInput[variant.form](bytes);
    if (read.kind === "fault") return documentFault(read, "client");
    return { kind: "input", input: read.value as ValueRecord };
  };
  /** One is decompressed and decoded after the other, as it is asked for. */
  function* inputsOf(frames: readonly (Frame | Fault)[]): Iterable<Input | Fault> {
    for (const frame of frames) {
      if ("faultKind" in frame) yield frame;
      else if (hasEnded) yield badFraming("a message stands behind the end of the stream");
      else if (variant.wire === "connect-stream" && (frame.flags & flags.connectEnd) !== 0) {
        hasEnded = true;
      } else yield inputOf(frame);
    }
  }
  return {
    push: (bytes) => inputsOf(reader.push(bytes)),
    end: () => (reader.isBetween() ? undefined : badFraming("the stream ends inside a message")),
  };
}

function badFraming(message: string): Fault {
  return grpcFault("invalid_argument", "bad-framing", message);
}
