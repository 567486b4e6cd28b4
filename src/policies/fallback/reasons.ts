/** When an answer of another making is given: by problems of the gateway's, and statuses. */
import type { Problem } from "#base/problem.ts";

export const reasons = ["unavailable", "timeout", "5xx", "overload", "maintenance"] as const;
export type Reason = (typeof reasons)[number];

const codes: Readonly<Record<string, Reason>> = {
  "instance-unreachable": "unavailable",
  "instance-connect-timeout": "unavailable",
  "instance-closed": "unavailable",
  "instance-malformed": "unavailable",
  "circuit-open": "unavailable",
  "answer-timeout": "timeout",
  "exchange-timeout": "timeout",
  "deadline-passed": "timeout",
  "too-many-at-once": "overload",
  "in-maintenance": "maintenance",
};

export function reasonOf({ definition: { code } }: Problem): Reason | undefined {
  return codes[code];
}
