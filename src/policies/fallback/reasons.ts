/** When an answer of another making is given: by problems of the gateway's, and statuses. */

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
  "no-room-in-time": "overload",
  "in-maintenance": "maintenance",
};

/** @param code of a problem. */
export function reasonOf(code: string): Reason | undefined {
  return codes[code];
}
