/** Failures of requests that nobody has read, for callers who are seen to speak gRPC or its kin. */
import type { TellFailure } from "#extension/protocol.ts";
import { createAnswerEncoder } from "./face-encode.ts";
import { variantOf } from "./variants.ts";

const answers = createAnswerEncoder(() => ({
  read: () => ({ kind: "value", value: {} }),
  write: () => [],
}));

/** What is not there is UNIMPLEMENTED in gRPC, be it the service or its method. */
export const tellUnrouted: TellFailure = (request, fault, exchangeId) =>
  tellFailure(request, { ...fault, faultKind: "unimplemented" }, exchangeId);

export const tellFailure: TellFailure = (request, fault, exchangeId) => {
  if (request.method !== "POST") return undefined;
  const variant = variantOf({ ...request, query: "" });
  if (variant === undefined) return undefined;
  // JSON is anybody's: of Connect's callers only those are known who say that they are.
  if (variant.wire === "connect" && request.field("connect-protocol-version") === undefined) {
    return undefined;
  }
  const negotiated = { variant, grpc: undefined };
  const context = { operation: undefined, negotiated, exchangeId };
  return answers.encode(fault, context);
};
