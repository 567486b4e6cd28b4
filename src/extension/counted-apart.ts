/** What limits can be told apart by: the same words, with the same meaning, in every policy. */
import type { JsonSchema } from "#base/json-schema.ts";
import type { PolicyRequest } from "./policy.ts";

export type CountedPer = "caller" | "address" | "service" | "operation" | "everything";

const words: readonly CountedPer[] = ["caller", "address", "service", "operation", "everything"];

/** Of the option `per`. */
export function countedPer(byDefault: CountedPer): JsonSchema {
  return {
    type: "string",
    description:
      "What is counted apart. Callers that are not known are told apart by their address.",
    enum: words,
    default: byDefault,
  };
}

/** What of a request tells it apart. */
export type CountedRequest = Pick<
  PolicyRequest,
  "callerName" | "address" | "serviceName" | "operation" | "routeId"
>;

/** Under what name a request counts. */
export function countedName(request: CountedRequest, per: CountedPer): string {
  switch (per) {
    case "caller":
      return request.callerName ?? `address ${request.address}`;
    case "address":
      return request.address;
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
  const isKnown = per === "caller" ? request.callerName !== undefined : per !== "address";
  return isKnown ? countedName({ ...request, address: "" }, per) : undefined;
}
