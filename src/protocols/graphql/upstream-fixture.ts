/** A service that answers with what it got, and a hub without bounds on what is asked of it. */
import { defaultGraphqlSettings, type GraphqlLimits } from "#base/graphql-settings.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import type { Type } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";

export function echoOf(contract: Contract, type: Type): Contract {
  const message = {
    type: {
      kind: "record" as const,
      fields: [{ name: "body", type, presence: "required" as const, nullable: true }],
    },
    headers: [],
  };
  const echo: Operation = {
    ...{ id: "echo", mode: "unary", safety: "safe", input: message, output: message, faults: [] },
  };
  return { ...contract, operations: [echo] };
}

const much = Object.keys(defaultGraphqlSettings.limits).map((name) => [name, 1_000_000]);

export const unbounded = {
  limits: {
    ...(Object.fromEntries(much) as unknown as GraphqlLimits),
    ...{ listLength: 1, batchMax: 1 },
  },
};

/** NaN and infinities are no Float of GraphQL (§3.5.2). */
export function isFinite(value: Value): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return true;
  return Object.values(value as ValueRecord).every(isFinite);
}
