/**
 * Stops asking a service that fails, and finds out now and then whether it is well again: a circuit
 * breaker for each operation, service or instance, by the share of failures in a window of time.
 */
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import type { AttemptEnd } from "#extension/attempt.ts";
import type { Policy, PolicyRequest } from "#extension/policy.ts";
import { createCircuit, type Circuit } from "./circuit.ts";
import { problems } from "./problems.ts";

interface Options {
  readonly per: "operation" | "service" | "instance";
  readonly failurePercent: number;
  readonly requestsMin: number;
  readonly windowMs: number;
  readonly openMs: number;
  readonly slowMs?: number;
}

/** Of operations and instances there are few; what comes beyond is not watched. */
const circuitsMax = 10_000;

export const breaker: Policy<Options> = {
  name: "breaker",
  summary: "Stops asking what fails, and tries again now and then.",
  description:
    "Counts, in a window of time and in each worker, how many attempts fail: no connection, a " +
    "break, no answer in time, a status from 500 on other than 501, or slower than `slowMs`. At " +
    "`failurePercent` it opens: for `openMs` nothing is asked, callers get 503 with " +
    "`Retry-After`. Then one attempt is let through; when it goes well the circuit is closed, " +
    "else it is open again. With `per: instance` those whose circuit is open are passed over, " +
    "and only when there is no other one callers get the 503. That an instance cannot be reached " +
    "counts for its own circuit; for that of an operation or service only when no other one is " +
    "reached instead. `retry` behind it sees its own attempts counted.",
  options: mapOf("When it opens, and for how long.", {
    per: {
      type: "string",
      description: "What has a circuit of its own.",
      enum: ["operation", "service", "instance"],
      default: "operation",
    },
    failurePercent: wholeNumber("Share of failures at which it opens.", {
      from: 1,
      to: 100,
      default: 50,
    }),
    requestsMin: wholeNumber("Attempts in the window before shares mean anything.", {
      from: 1,
      to: 1_000_000,
      default: 20,
    }),
    windowMs: wholeNumber("Length of the window in milliseconds.", {
      unit: "milliseconds",
      from: 100,
      to: 3_600_000,
      default: 10_000,
    }),
    openMs: wholeNumber("How long nothing is asked, in milliseconds.", {
      unit: "milliseconds",
      from: 10,
      to: 3_600_000,
      default: 5_000,
    }),
    slowMs: wholeNumber("Answers that begin later count as failures. Default: none do.", {
      unit: "milliseconds",
      from: 1,
      to: 3_600_000,
    }),
  }),
  example: "- breaker: { failurePercent: 50, requestsMin: 20, windowMs: 10000, openMs: 5000 }",
  problems: problems.definitions,
  level: "call",
  explain: ({ per, failurePercent, requestsMin, windowMs, openMs }) =>
    `opens for ${openMs} ms, for each ${per}, when ${failurePercent} % of at least ` +
    `${requestsMin} attempts in ${windowMs} ms fail`,
  create(options, { platform }) {
    const circuits = new Map<string, Circuit>();
    const circuitOf = (request: PolicyRequest, instance: string): Circuit | undefined => {
      const name = nameOf(request, instance, options.per);
      let circuit = circuits.get(name);
      if (circuit === undefined && circuits.size < circuitsMax) {
        circuit = createCircuit(options, platform.clock);
        circuits.set(name, circuit);
      }
      return circuit;
    };
    return {
      tellNow(request) {
        if (options.per !== "instance") {
          return circuits.get(nameOf(request, "", options.per))?.tell();
        }
        const told = [...circuits].map(([instance, circuit]) => `${instance} ${circuit.tell()}`);
        return told.length === 0 ? undefined : told.join(", ");
      },
      onAttempt(request, { instance }) {
        const waitMs = circuitOf(request, instance)?.enter() ?? 0;
        if (waitMs === 0) return undefined;
        const detail =
          `too many attempts at ${nameOf(request, instance, options.per)} failed; it is asked ` +
          `again in ${Math.ceil(waitMs)} ms`;
        const retryAfterS = Math.max(1, Math.ceil(waitMs / 1_000));
        const problem = problems["circuit-open"](detail, { retryAfterS });
        return { kind: "refuse", problem, onlyHere: options.per === "instance" };
      },
      onAttemptMoved(request, { instance, wasReached }) {
        const circuit = circuitOf(request, instance);
        // Of an operation it is still the same attempt.
        if (wasReached || options.per !== "instance") circuit?.comeBack();
        else circuit?.leave(true, 0);
      },
      onAttemptEnd(request, end) {
        circuitOf(request, end.instance)?.leave(isFailure(end, options), end.tookMs);
        return undefined;
      },
    };
  },
};

function nameOf(
  request: Pick<PolicyRequest, "serviceName" | "operation" | "routeId">,
  instance: string,
  per: Options["per"],
): string {
  if (per === "instance") return instance;
  if (per === "service") return request.serviceName;
  return `${request.serviceName}.${request.operation ?? request.routeId}`;
}

function isFailure(
  { outcome, status, tookMs }: AttemptEnd,
  { slowMs = Infinity }: Options,
): boolean {
  if (outcome !== "answer" || tookMs > slowMs) return true;
  return status >= 500 && status !== 501;
}
