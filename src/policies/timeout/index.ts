/** A shorter time than the service's own, for some operations or callers. */
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import type { Policy } from "#extension/policy.ts";

interface Options {
  readonly totalMs: number;
}

export const timeout: Policy<Options> = {
  name: "timeout",
  summary: "Ends calls that take too long, by operation or caller.",
  description:
    "From the beginning of the request to the end of its answer, with all attempts and all that " +
    "was waited for; then it is 504 `exchange-timeout`, in the caller's dialect. It can only be " +
    "shorter than `timeoutMs` of the service and than what the caller itself gives. Instances " +
    "are told what is left of it: `grpc-timeout`, or `Parlance-Timeout-Ms` in milliseconds.",
  options: mapOf(
    "How long a call may take.",
    {
      totalMs: wholeNumber("Milliseconds for the whole of it.", {
        unit: "milliseconds",
        from: 1,
        to: 86_400_000,
        hint: "(a day)",
      }),
    },
    { required: ["totalMs"] },
  ),
  example: "- timeout: { totalMs: 800, only: { operations: [searchProducts] } }",
  problems: [],
  level: "call",
  explain: ({ totalMs }) => `at most ${totalMs} ms in all`,
  create: ({ totalMs }) => ({
    onRequest(request) {
      request.endAfter(totalMs);
      return undefined;
    },
  }),
};
