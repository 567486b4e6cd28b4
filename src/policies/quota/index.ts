/**
 * How many requests in a day or month of the calendar, counted on disk, or in the store that
 * several gateways share. Told as draft-ietf-httpapi-ratelimit-headers-11 has it.
 */
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import type { Problem } from "#base/problem.ts";
import {
  countedName,
  countedPer,
  explainedName,
  forEach,
  type CountedPer,
} from "#extension/counted-apart.ts";
import type { ExplainedSite, Policy, PolicyRequest, Verdict } from "#extension/policy.ts";
import { createCalendar, isTimeZone, type Period, type Span } from "./calendar.ts";
import { blockOf, countKey, createCounter, type Use } from "./counter.ts";
import { problems } from "./problems.ts";
import { createSharedBlocks, readScript } from "./shared-blocks.ts";

interface Options {
  readonly per: CountedPer;
  readonly requests: number;
  readonly period: Period;
  readonly timeZone: string;
  readonly name?: string;
  readonly withoutState: "refuse" | "allow";
}

/** In seconds, for callers; months differ. */
const windowS: Readonly<Record<Period, number>> = { day: 86_400, month: 30 * 86_400 };

export const quota: Policy<Options> = {
  name: "quota",
  summary: "So many requests in a day or month, for each caller, address, service or operation.",
  description:
    "Days and months are those of the calendar in `timeZone`. Counted in the folder that " +
    "`state` names, so a restart or a crash gives nobody a new quota; exact over all workers, " +
    "and over gateways that share the folder. With a `limitStore` it is counted there, exactly " +
    "over all gateways that have it in common; while that does not answer, its `whenAway` says " +
    "what holds: with `local` each gateway counts on in its own folder from what it last knew, " +
    "and adds that in the store afterwards; what is known to be used up stays so with each of " +
    "them. Never more than `requests` pass: blocks of a thousandth of them (at least one, at " +
    "most 1000) are taken at once, those not used are given back at an orderly end, and of a " +
    "block that was begun before a crash the rest counts as used. Callers see `RateLimit` and " +
    "`RateLimit-Policy` on every answer, `Retry-After` with the refusal. A request that is " +
    "refused does not count. `parlance explain ... --as CALLER` tells how much is taken.",
  options: mapOf(
    "How many requests in a day or month.",
    {
      per: countedPer("caller"),
      requests: wholeNumber("Requests in a day or month.", { from: 1, to: 1_000_000_000_000 }),
      period: {
        type: "string",
        description: "When it begins anew: at midnight, or with the month.",
        enum: ["day", "month"],
        default: "day",
      },
      timeZone: {
        type: "string",
        description: "Whose midnight: a name of the IANA time zone database.",
        default: "UTC",
        "x-expected": "UTC, or a name such as Europe/Berlin",
      },
      name: {
        type: "string",
        description:
          "Under what it is counted and told. Two of the same name share their counts; without " +
          "one it is counted by its place in the list, and anew when that changes.",
        pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$",
        "x-expected": "letters, digits, ., - or _, at most 63",
      },
      withoutState: {
        type: "string",
        description:
          "What becomes of requests while the disk refuses to count. While a store does not " +
          "answer, its `whenAway` says so.",
        enum: ["refuse", "allow"],
        default: "refuse",
      },
    },
    { required: ["requests"] },
  ),
  example: "- quota: { per: caller, requests: 10000, period: month, timeZone: Europe/Berlin }",
  problems: problems.definitions,
  level: "call",
  check({ timeZone }) {
    if (isTimeZone(timeZone)) return [];
    const message =
      `there is no time zone ${JSON.stringify(timeZone)}; expected UTC or a name of the IANA ` +
      "database, such as Europe/Berlin";
    return [{ path: ["timeZone"], severity: "error", message }];
  },
  explain: ({ per, requests, period, timeZone }) =>
    `at most ${requests} in a ${period} (${timeZone})${forEach(per)}`,
  explainState(options, site) {
    const found = explainedTaken(options, site);
    if (found === undefined) return undefined;
    const { taken, span } = found;
    if (typeof taken !== "number") return `how many are taken is not known: ${taken.unread}`;
    const by = site.readShared === undefined ? "" : ", by all gateways";
    return `${taken} of ${options.requests} are taken in ${span.name}${by}`;
  },
  explainRefusal(options, site) {
    const { taken, span } = explainedTaken(options, site) ?? {};
    if (span === undefined || typeof taken !== "number") return undefined;
    // Of a block that was taken there may be some left.
    if (blockOf(options.requests) > 1) return undefined;
    return taken < options.requests ? undefined : usedUp(options, span, site.nowMs);
  },
  create(options, { id, cells, records, store, platform, serviceName }) {
    const { per, requests, period, timeZone, name = period } = options;
    if (store === undefined || store.whenAway === "local") records.prepare();
    const calendar = createCalendar(period, timeZone);
    const { clock } = platform;
    const counter = createCounter(requests, prefixOf(options, id, serviceName), {
      ...{ cells, clock },
      blocks: store === undefined ? records : createSharedBlocks(store, records, cells),
    });

    function tell(request: PolicyRequest, { allowed, remaining }: Use, span: Span): Verdict {
      const waitS = Math.max(1, Math.ceil((span.endMs - clock.nowMs()) / 1_000));
      request.addAnswerField("RateLimit-Policy", `"${name}";q=${requests};w=${windowS[period]}`);
      request.addAnswerField("RateLimit", `"${name}";r=${remaining};t=${waitS}`);
      if (allowed) return undefined;
      return { kind: "refuse", problem: usedUp(options, span, clock.nowMs()) };
    }

    async function wait(request: PolicyRequest, coming: Promise<Use | undefined>, span: Span) {
      const exchange = request.id;
      try {
        const use = await coming;
        // The caller may be gone, and the object another one's.
        if (request.id !== exchange) return undefined;
        if (use !== undefined) return tell(request, use, span);
        if (store?.whenAway === "allow") return undefined;
        return uncounted("the store of limits does not answer, or not with a count", 1);
      } catch (cause) {
        if (options.withoutState === "allow") return undefined;
        return uncounted("its state cannot be written", 5, cause);
      }
    }

    function uncounted(why: string, retryAfterS: number, cause?: unknown): Verdict {
      const detail = `quota ${name} cannot be counted: ${why}`;
      const problem = problems["quota-unavailable"](detail, { cause, retryAfterS });
      return { kind: "refuse", problem };
    }

    return {
      onRequest(request) {
        const nowMs = clock.nowMs();
        const span = calendar.at(nowMs);
        const use = counter.use(countedName(request, per), span, nowMs);
        return use instanceof Promise ? wait(request, use, span) : tell(request, use, span);
      },
      close: () => counter.close(),
    };
  },
};

function usedUp(
  { per, requests, period, timeZone, name = period }: Options,
  { endMs, name: spanName }: Span,
  nowMs: number,
): Problem {
  const until = new Date(endMs).toISOString();
  const detail =
    `the ${requests} requests that quota ${name} allows${forEach(per)} in the ${period} ` +
    `${spanName} (${timeZone}) are used up; the next ${period} begins at ${until}`;
  const retryAfterS = Math.max(1, Math.ceil((endMs - nowMs) / 1_000));
  return problems["quota-used-up"](detail, { retryAfterS });
}

/** Undefined: it is not known. */
function explainedTaken(
  options: Options,
  { id, serviceName, nowMs, request, takenOf, readShared }: ExplainedSite,
): { readonly taken: number | { readonly unread: string }; readonly span: Span } | undefined {
  const name = explainedName(request, options.per);
  if (name === undefined) return undefined;
  const span = createCalendar(options.period, options.timeZone).at(nowMs);
  const key = countKey(prefixOf(options, id, serviceName), span, name);
  if (readShared === undefined) {
    const taken = takenOf(key);
    return taken === undefined ? undefined : { taken, span };
  }
  const read = readShared(readScript, key);
  if ("unread" in read) return { taken: read, span };
  const [taken = 0, returned = 0] = read;
  return { taken: taken - returned, span };
}

/** Of its counts, in the file. */
function prefixOf({ name, timeZone }: Options, id: string, serviceName = ""): string {
  return `${name === undefined ? id : `${serviceName}/${name}`} ${timeZone}`;
}
