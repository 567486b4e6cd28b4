/** What limits can be told apart by: the same words, with the same meaning, in every policy. */
import { subscriberOf } from "#base/ip-address.ts";
import type { JsonSchema } from "#base/json-schema.ts";
import type { PolicyRequest } from "./policy.ts";

export type CountedPer = "caller" | "address" | "service" | "operation" | "everything";

const words: readonly CountedPer[] = ["caller", "address", "service", "operation", "everything"];

/** Of the option `per`. */
export function countedPer(byDefault: CountedPer): JsonSchema {
  return {
    type: "string",
    description:
      "What is counted apart. Callers that are not known, `anonymous` among them, are told apart " +
      "by their address. Of IPv6 the first 64 bits count, which one subscriber has to itself.",
    enum: words,
    default: byDefault,
  };
}

/** What of a request tells it apart. */
export type CountedRequest = Pick<
  PolicyRequest,
  "callerName" | "address" | "serviceName" | "operation" | "routeId"
>;

/** `anonymous` is whoever has proved nothing: one of them is not to use up what all have. */
export function isKnownCaller(name: string | undefined): name is string {
  return name !== undefined && name !== "anonymous";
}

/** Under what name a request counts. */
export function countedName(request: CountedRequest, per: CountedPer): string {
  switch (per) {
    case "caller":
      return isKnownCaller(request.callerName)
        ? request.callerName
        : `address ${subscriberOf(request.address)}`;
    case "address":
      return subscriberOf(request.address);
    case "service":
      return request.serviceName;
    case "operation":
      return `${request.serviceName}.${request.operation ?? request.routeId}`;
    case "everything":
      return "";
  }
}

/** ` for each caller`, the end of a sentence about a limit. */
export function forEach(per: CountedPer): string {
  return per === "everything" ? "" : ` for each ${per}`;
}

/** The same of a request that is explained; undefined: addresses are not part of what is. */
export function explainedName(
  request: Omit<CountedRequest, "address">,
  per: CountedPer,
): string | undefined {
  const isKnown = per === "caller" ? isKnownCaller(request.callerName) : per !== "address";
  return isKnown ? countedName({ ...request, address: "" }, per) : undefined;
}
