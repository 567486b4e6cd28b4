/**
 * Why an exchange that has happened went as it did: what the ledger tells of it, phase by phase,
 * and the rules that such a request meets now.
 */
import { blames, type Blame } from "#base/fault-kind.ts";
import type { Revision } from "#configuration/configuration.ts";
import { explainRoute, type ExplainedKinds, type Explanation } from "#gateway/explain.ts";
import type { ShownExchange } from "./ledger/show-exchange.ts";

export interface HappenedPhase {
  /** "call": an exchange that was made in its course. */
  readonly phase:
    "asked" | "routed" | "known" | "tried" | "sent" | "answered" | "call" | "ended" | "record";
  readonly what: string;
  /** Since the request's head, in milliseconds; undefined: it is no point in time. */
  readonly atMs?: number;
}

export interface ExplainedExchange {
  readonly exchange: string;
  readonly happened: readonly HappenedPhase[];
  /** Undefined: it was not broken, or a policy gave its answer instead of the problem. */
  readonly brokenBy: Blame | undefined;
  /** Whether the configuration of that time is the present one. */
  readonly isSameRevision: boolean;
  /** Undefined: its route is not there any more, or there was none. */
  readonly rules: Explanation | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** @returns undefined: only its intent or its loss is on record, which `ledger show` tells. */
export function explainExchange(
  shown: ShownExchange,
  revision: Revision,
  kinds: ExplainedKinds,
): ExplainedExchange | undefined {
  const found = shown.entries.findLast(({ entry }) => fieldsOf(entry)["kind"] === "exchange");
  if (found === undefined) return undefined;
  const entry = fieldsOf(found.entry);
  return {
    exchange: shown.exchange,
    happened: [...phasesOf(entry), ...callsOf(shown), ...recordOf(found.index, shown)],
    brokenBy: brokenByOf(entry),
    isSameRevision: text(entry["revision"]) === revision.id,
    rules: rulesOf(entry, revision, kinds),
  };
}

function phasesOf(entry: Fields): readonly HappenedPhase[] {
  const { method, protocol, face, service, route, operation, template, caller } = entry;
  const { authentication, instance, attempts, speaks, status, verdict, aborted } = entry;
  const { totalUs, upstreamUs, queuedUs } = entry;
  const phases: HappenedPhase[] = [
    {
      phase: "asked",
      what: `${text(method)} in ${text(face ?? "HTTP")} over ${text(protocol)}`,
      atMs: 0,
    },
  ];
  const where = `${text(service)}.${text(operation ?? route)} by ${text(template)}`;
  const unrouted =
    method === undefined
      ? "what came could not be read, so no route was looked for"
      : face !== undefined
        ? `for ${text(face)} over all services`
        : verdict === "refused"
          ? "no route matched"
          : "for the gateway itself";
  phases.push({ phase: "routed", what: service === undefined ? unrouted : where });
  const who = caller === undefined ? "nobody known" : text(caller);
  phases.push({ phase: "known", what: `${who} (${text(authentication)})` });
  phases.push(...triedOf(entry));
  if (instance !== undefined) {
    const how = speaks === undefined ? "" : ` in ${text(speaks)}`;
    const number = `attempt ${text(attempts ?? 1)}`;
    const what =
      queuedUs === undefined
        ? `nothing to ${text(instance)}: no connection was had, ${number}`
        : `to ${text(instance)}${how}, ${number}`;
    phases.push({ phase: "sent", what, ...atUs(queuedUs) });
  }
  if (upstreamUs !== undefined) {
    phases.push({ phase: "answered", what: "the instance's answer began", ...atUs(upstreamUs) });
  }
  const broken = brokenOf(entry);
  const gone = aborted === true ? ", the caller was gone" : "";
  const what = `${text(verdict)}, status ${text(status)}${broken}${gone}`;
  phases.push({ phase: "ended", what, ...atUs(totalUs) });
  return phases;
}

function brokenByOf({ blame, instead }: Fields): Blame | undefined {
  return instead === true ? undefined : blames.find((one) => one === blame);
}

/** What went wrong, and which policy had a hand in it. */
function brokenOf({ problem, fault, faultKind, blame, policy, instead }: Fields): string {
  const code = problem ?? fault;
  const by = policy === undefined ? "" : ` by the policy ${text(policy)}`;
  if (code === undefined) return faultKind === undefined ? by : `: ${text(faultKind)}${by}`;
  const kind = `${text(code)} (${text(faultKind)})`;
  const broken = `broken by the ${text(blame)}`;
  if (instead === true) return `${by} instead of ${kind}, ${broken}`;
  if (blame === "policy" && policy !== undefined) return `: ${kind}, ${broken} ${text(policy)}`;
  return `: ${kind}, ${broken}${policy === undefined ? "" : `, said${by}`}`;
}

const triedWords: Readonly<Record<string, string>> = {
  unreachable: "could not be reached",
  stale: "had closed a kept connection, which was made anew",
  broken: "broke off",
  timeout: "did not answer in time",
  slower: "was slower than another one, and was cancelled",
  "passed-over": "was passed over: a policy did not let it be asked",
};

/** Attempts whose answer was not the one that was given. */
function triedOf({ tried }: Fields): readonly HappenedPhase[] {
  if (!Array.isArray(tried)) return [];
  return (tried as readonly string[]).map((line) => {
    const [how = "", atMs = "", tookMs = "", ...url] = line.split(" ");
    const became = triedWords[how] ?? `answered ${how}`;
    const took = how === "passed-over" ? "" : ` after ${tookMs} ms`;
    return { phase: "tried", what: `${url.join(" ")} ${became}${took}`, atMs: Number(atMs) };
  });
}

/** Of GraphQL, JSON-RPC and MCP: each call has its own explanation. */
function callsOf({ children }: ShownExchange): readonly HappenedPhase[] {
  return children.flatMap(({ entry }): readonly HappenedPhase[] => {
    const { kind, exchange, service, operation, route, status, problem, fault } = fieldsOf(entry);
    if (kind !== "exchange") return [];
    const code = problem ?? fault;
    const broken = code === undefined ? "" : `: ${text(code)}`;
    const called = `${text(service)}.${text(operation ?? route)}, status ${text(status)}${broken}`;
    return [{ phase: "call", what: `${called}; parlance explain ${text(exchange)}` }];
  });
}

function recordOf(index: number, { children }: ShownExchange): readonly HappenedPhase[] {
  const calls = children.length === 0 ? "" : `, and ${children.length} exchanges in its course`;
  return [{ phase: "record", what: `entry ${index} of the ledger${calls}` }];
}

/** No path of the call stands in an entry, so one is made that its route matches. */
function rulesOf(
  entry: Fields,
  { configuration, contracts }: Revision,
  kinds: ExplainedKinds,
): Explanation | undefined {
  const service = configuration.services.find(({ name }) => name === entry["service"]);
  const route = service?.routes.find(({ id }) => id === entry["route"]);
  if (route === undefined) return undefined;
  const url = route.path.replaceAll(/\{[^}]*\}/g, "x").replace(/\/\*$/, "/");
  const { idempotencyKey: key, requestType: type } = entry;
  const headers = {
    ...route.headers,
    ...(route.host === undefined ? {} : { host: route.host }),
    ...(typeof type === "string" ? { "content-type": type } : {}),
    ...(typeof key === "string" ? { "idempotency-key": key } : {}),
  };
  const caller = typeof entry["caller"] === "string" ? entry["caller"] : undefined;
  const request = { method: text(entry["method"]), url, headers, caller };
  // Its caller is named, so no proof is looked at.
  return explainRoute(configuration, request, contracts, { ...kinds, proofs: [] });
}

function atUs(us: unknown): { readonly atMs?: number } {
  return typeof us === "number" ? { atMs: us / 1_000 } : {};
}

function fieldsOf(entry: object): Fields {
  return entry as Fields;
}

function text(value: unknown): string {
  if (value === undefined) return "-";
  return typeof value === "string" ? value : JSON.stringify(value);
}
