/** Takes a service, or some of its operations, out of use for a time, with a word for callers. */
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import type { Policy } from "#extension/policy.ts";
import { problems } from "./problems.ts";

interface Options {
  readonly message: string;
  readonly retryAfterS: number;
}

export const maintenance: Policy<Options> = {
  name: "maintenance",
  summary: "Takes a service out of use, with a message in the caller's dialect.",
  description:
    "Nothing is sent to instances. Callers get 503 and `Retry-After`, as problem+json, SOAP " +
    "fault, gRPC status or whatever they speak. It is meant to be put in and taken out again: a " +
    "changed file is taken while the gateway runs. With `only: { callers: [...] }` some can go " +
    "on working.",
  options: mapOf("What callers are told.", {
    message: {
      type: "string",
      description: "What callers read.",
      minLength: 1,
      maxLength: 1_000,
      default: "the service is in maintenance",
      "x-expected": "text of 1 to 1000 characters",
    },
    retryAfterS: wholeNumber("When they may come again, in seconds.", {
      unit: "seconds",
      from: 1,
      to: 604_800,
      default: 600,
      hint: "(a week)",
    }),
  }),
  example: '- maintenance: { message: "back at eight", retryAfterS: 1800 }',
  problems: problems.definitions,
  level: "call",
  explain: ({ message }) => `out of use: ${message}`,
  explainRefusal: ({ message }) => problems["in-maintenance"](message),
  create({ message, retryAfterS }) {
    const refused = {
      kind: "refuse",
      problem: problems["in-maintenance"](message, { retryAfterS }),
    } as const;
    return { onRequest: () => refused };
  },
};
