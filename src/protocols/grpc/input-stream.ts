/** Requests of several inputs: frames as they come, until the caller ends its half. */
import type { DocumentLimits } from "#base/limits.ts";
import type { Fault } from "#call/call.ts";
import type { ValueRecord } from "#contract/value.ts";
import type { Input, InputStream } from "#extension/streams.ts";
import type { Asked } from "./face-encode.ts";
import { createFrameReader, decompress, flags, type Frame } from "./framing.ts";
import type { GrpcOperation } from "./grpc-operation.ts";
import { documentFault, grpcFault } from "./problems.ts";

export function createInputStream(
  { variant, grpc }: Asked,
  { documentBytesMax }: DocumentLimits,
): InputStream {
  const reader = createFrameReader(documentBytesMax);
  let hasEnded = false;
  const inputsOf = (frame: Frame): readonly (Input | Fault)[] => {
    if (variant.wire === "connect-stream" && frame.flags === flags.connectEnd) {
      hasEnded = true;
      return [];
    }
    const bytes =
      frame.flags === flags.compressed
        ? decompress(frame.bytes, variant.coding, documentBytesMax)
        : frame.bytes;
    if ("faultKind" in bytes) return [bytes];
    const read = (grpc as GrpcOperation).readInput[variant.form](bytes);
    if (read.kind === "fault") return [documentFault(read, "client")];
    return [{ kind: "input", input: read.value as ValueRecord }];
  };
  return {
    push: (bytes) =>
      reader.push(bytes).flatMap((frame): readonly (Input | Fault)[] => {
        if ("faultKind" in frame) return [frame];
        if (hasEnded)
          return [grpcFault("invalid_argument", "bad-framing", "a message after the end")];
        return inputsOf(frame);
      }),
    end: () =>
      reader.isBetween()
        ? undefined
        : grpcFault("invalid_argument", "bad-framing", "the stream ends inside a message"),
  };
}
