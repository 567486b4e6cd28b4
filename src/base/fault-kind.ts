/**
 * Why a call failed, in words that every protocol can translate: the closed list of gRPC status
 * codes.
 */
export const faultKinds = [
  "cancelled",
  "unknown",
  "invalid_argument",
  "deadline_exceeded",
  "not_found",
  "already_exists",
  "permission_denied",
  "resource_exhausted",
  "failed_precondition",
  "aborted",
  "out_of_range",
  "unimplemented",
  "internal",
  "unavailable",
  "data_loss",
  "unauthenticated",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Who broke it: the value of the `Parlance-Fault` header. */
export const blames = ["client", "gateway", "service", "policy"] as const;

export type Blame = (typeof blames)[number];
