/** Answers that are kept and given again: RFC 9111 for a shared cache, RFC 5861, RFC 9211. */
import type { Policy, PolicyEnd } from "#extension/policy.ts";
import { createCallWay } from "./call.ts";
import { createFlights } from "./flights.ts";
import { createHttpWay } from "./http.ts";
import { insteadOfError } from "./asked.ts";
import { checkOptions } from "./check-options.ts";
import { createMarks } from "./marks.ts";
import { description, options } from "./options.ts";
import { problems } from "./problems.ts";
import type { Options, Shared } from "./settings.ts";
import { createStore } from "./store.ts";

export const cache: Policy<Options> = {
  name: "cache",
  summary: "Keeps answers in memory and gives them again, as RFC 9111 has it for shared caches.",
  description,
  options,
  example: "- cache: { times: { getProduct: 60 }, staleIfErrorS: 3600, staleWhileRevalidateS: 30 }",
  problems: problems.definitions,
  level: "call",
  check: checkOptions,
  explain({ per, times, bytesMax, coalesce }) {
    const timed = Object.entries(times).map(([name, seconds]) => `${name} ${seconds} s`);
    const own = timed.length === 0 ? "" : `; where they say nothing: ${timed.join(", ")}`;
    return (
      `answers are kept as they say themselves${own}; ` +
      `${per === "caller" ? "for each caller apart" : "for all callers"}, ` +
      `${bytesMax} bytes a worker; coalesce: ${coalesce}`
    );
  },
  create(given, { cells, id, platform }) {
    const shared: Shared = {
      options: given,
      platform,
      marks: createMarks(cells, id, platform),
      store: createStore(given.bytesMax),
      flights: createFlights(),
      refreshing: new Map(),
      underWay: new WeakMap(),
    };
    const http = createHttpWay(shared);
    const calls = createCallWay(shared);
    return {
      onRequest: (request) => (request.isTranslated ? undefined : http.begin(request)),
      onCall: (request, call) => calls.begin(request, call),
      onAnswer(request, answer) {
        const asked = shared.underWay.get(request);
        if (asked === undefined) return undefined;
        if (request.isTranslated) return calls.onAnswer(request, asked, answer);
        return http.onAnswer(request, asked, answer);
      },
      onReply(request, reply) {
        const asked = shared.underWay.get(request);
        return asked === undefined ? undefined : calls.onReply(request, asked, reply);
      },
      tapAnswer(request) {
        const asked = shared.underWay.get(request);
        if (asked === undefined || request.isTranslated) return undefined;
        return http.tapAnswer(request, asked);
      },
      onProblem(request, problem) {
        const asked = shared.underWay.get(request);
        if (asked?.kind !== "read" || problem.definition.blame !== "service") return undefined;
        const way = request.isTranslated ? calls.wayOf(request) : http.wayOf(request);
        return insteadOfError(shared, request, asked, way, { problem });
      },
      onEnd(request, end) {
        const asked = shared.underWay.get(request);
        if (asked === undefined) return;
        shared.underWay.delete(request);
        // Nobody knows what it would have brought; one of those who wait finds out.
        asked.flight?.land(isOfCaller(end) ? "again" : undefined);
        if (asked.isRefresh) shared.refreshing.delete(asked.key);
        if (request.isTranslated) calls.onEnd(request, asked, end);
      },
    };
  },
};

const outOfTime: readonly string[] = ["deadline-passed", "no-time-given", "no-room-in-time"];

/** That it ended without an answer says nothing of the service: its caller left, or had no time. */
function isOfCaller({ aborted, problem }: PolicyEnd): boolean {
  return aborted || (problem !== undefined && outOfTime.includes(problem.definition.code));
}
