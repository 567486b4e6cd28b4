/**
 * Why a request is routed, refused and forwarded as it is: plain data for the command line, the
 * admin API and the console. Later steps are shown even when an earlier one refuses.
 */
import type { SourcePlace } from "#base/diagnostic.ts";
import type { ReadShared } from "#base/shared-store.ts";
import type { Configuration } from "#configuration/configuration.ts";
import type { ExplainedSite, Policy } from "#extension/policy.ts";
import type { Protocol } from "#extension/protocol.ts";
import type { RequestHead } from "#wire/head.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { Contracts } from "./contract-routes.ts";
import { explainCaller } from "./explain-caller.ts";
import { explainPolicies } from "./explain-policies.ts";
import { explainForwarding } from "./explain-forwarding.ts";
import { explainHub } from "./explain-hub.ts";
import { explainPreflight } from "./explain-preflight.ts";
import type { ExplainedProofs } from "./explain-proofs.ts";
import { readRequest, type ExplainedRequest } from "./explain-request.ts";
import { explainRoutes } from "./explain-routes.ts";
import { explainTranslation } from "./explain-translation.ts";
import type { LookedAt, WorkerView } from "./look-at.ts";
import { keysPath } from "./own-addresses.ts";
import { otherPathOf } from "./path-parameters.ts";
import { createRouter, forwardedPath } from "./router.ts";
import { speedOf } from "./speed.ts";

export type { ExplainedRequest } from "./explain-request.ts";

export interface ExplanationStep {
  readonly step:
    | "target"
    | "route"
    | "choice"
    | "caller"
    | "permission"
    | "face"
    | "policy"
    | "speed"
    | "translation"
    | "forward"
    | "instance"
    | "timeout"
    | "limit";
  readonly verdict: "matched" | "not matched" | "chosen" | "refused" | "info";
  readonly what: string;
  readonly why: string;
  readonly source?: SourcePlace;
  /** Of a policy, as measured; absent: nothing was. */
  readonly cost?: ExplainedCost;
}

/** What a policy took in the exchanges that were timed. */
export interface ExplainedCost {
  /** In the middle of all, microseconds. */
  readonly averageUs: number;
  readonly exchanges: number;
}

export interface Refusal {
  readonly kind: "refused";
  /** The HTTP status the caller gets. */
  readonly status: number;
  readonly step: ExplanationStep["step"];
  readonly why: string;
}

export interface Forwarding {
  readonly kind: "forwarded";
  readonly service: string;
  readonly route: string;
  /** Without the instances' base path, without query; "" where the URL of the instance is asked. */
  readonly path: string;
  /** Between dialects; the path is then up to the operation. */
  readonly translated?: true;
}

/** By the gateway itself: before routes are asked, or with a document of a contract. */
export interface OwnAnswer {
  readonly kind: "answered";
  readonly why: string;
}

export interface Explanation {
  readonly request: { readonly method: string; readonly target: string; readonly host: string };
  /** The first refusal, or where the request goes. */
  readonly outcome: Refusal | Forwarding | OwnAnswer;
  readonly counts: {
    readonly services: number;
    readonly routes: number;
    readonly matched: number;
    /** Routes that have a step of their own. */
    readonly listed: number;
  };
  readonly steps: readonly ExplanationStep[];
}

/** What a build can do; what is not there is told by name alone. */
export interface ExplainedKinds extends ExplainedProofs {
  readonly policies: readonly Policy[];
  /** What was taken of a durable count, by the folder of what policies keep. */
  readonly takenOf?: (stateFolder: string, key: string) => number | undefined;
  /** What is in the store of limits; undefined: there is none. */
  readonly readShared?: ReadShared;
  /** What workers of a running gateway have in common. */
  readonly running?: ExplainedSite["running"];
  /** What protocols there are; without them faces over all services are not known. */
  readonly protocols?: readonly Protocol[];
  /** What each of them says; undefined: there is no gateway that runs. */
  readonly viewsOf?: (asked: LookedAt) => readonly WorkerView[];
  /** Of a running gateway. */
  readonly costOf?: (policy: string, service: string, route: string) => ExplainedCost | undefined;
}

const noKinds: ExplainedKinds = { policies: [], proofs: [], nowMs: 0 };

/**
 * @param contracts by the names of services; without them operations are told by name alone.
 * @param kinds without them policies are told by name alone, and of proofs only keys are looked at.
 */
export function explainRoute(
  configuration: Configuration,
  request: ExplainedRequest,
  contracts: Contracts = new Map(),
  kinds: ExplainedKinds = noKinds,
): Explanation {
  const { target, authority, read } = readRequest(configuration, request);
  const router = createRouter(configuration);
  const asked = { method: request.method, target, host: authority };
  const totals = { services: configuration.services.length, routes: router.routes.length };
  const what = `${request.method} ${target}`;
  if ("why" in read) {
    const { status, why } = read;
    const outcome = { kind: "refused", status, step: "target", why } as const;
    const steps = [{ step: "target", verdict: "refused", what, why }] as const;
    return { request: asked, outcome, counts: { ...totals, matched: 0, listed: 0 }, steps };
  }
  const steps: ExplanationStep[] = [
    { step: "target", verdict: "matched", what, why: "a request head that the gateway accepts" },
  ];
  const own = whyAnsweredHere(read, configuration, kinds);
  if (own !== undefined) {
    steps.push({ step: "choice", verdict: "chosen", what: "the gateway itself", why: own });
    const outcome = { kind: "answered", why: own } as const;
    return { request: asked, outcome, counts: { ...totals, matched: 0, listed: 0 }, steps };
  }
  const refusals: Refusal[] = [];
  const refuse = (step: ExplanationStep["step"], status: number, refused: string, why: string) => {
    steps.push({ step, verdict: "refused", what: refused, why });
    refusals.push({ kind: "refused", status, step, why });
  };
  const preflight = explainPreflight(configuration, contracts, router, request, read, kinds);
  const unrouted = { ...totals, matched: 0, listed: 0 };
  if (preflight !== undefined) {
    steps.push(...preflight.steps);
    const why = "pages that ask whether they may ask get their answer here";
    const { refused } = preflight;
    const outcome =
      refused === undefined
        ? ({ kind: "answered", why } as const)
        : ({ kind: "refused", step: "policy", ...refused } as const);
    return { request: asked, outcome, counts: unrouted, steps };
  }
  const hub = explainHub({ configuration, contracts, request, head: read, kinds, steps, refuse });
  if (hub !== undefined) {
    const outcome = refusals[0] ?? ({ kind: "answered", why: hub } as const);
    return { request: asked, outcome, counts: unrouted, steps };
  }
  const routing = explainRoutes(router, read);
  steps.push(...routing.steps);
  const counts = { ...totals, matched: routing.matched, listed: routing.listed };
  const { match } = routing;
  if (match.kind === "miss") {
    refuse("choice", match.status, what, routing.why);
    return { request: asked, outcome: refusals[0] as Refusal, counts, steps };
  }
  const name = routeName(match);
  const { source } = match.route;
  steps.push({ step: "choice", verdict: "chosen", what: name, why: routing.why, source });
  const { policies, proofs, nowMs } = kinds;
  const asker = { configuration, request, head: read, route: match, steps, refuse };
  const mayCallAll = explainCaller({ ...asker, proofs, nowMs });
  if (read.encodedSlash && match.service.encodedSlash === "refuse") {
    const why = `the path has an encoded slash, and service ${match.service.name} refuses them`;
    refuse("target", 400, what, why);
  }
  const otherPath = otherPathOf(router, read, match);
  if (otherPath !== undefined) {
    refuse("target", 400, what, `without what stands behind ; it is ${otherPath}, another route's`);
  }
  const known = steps.find(({ step, verdict }) => step === "caller" && verdict === "matched");
  const contract = contracts.get(match.service.name);
  const met = explainPolicies(configuration, match, read, contract, known?.what, kinds);
  steps.push(...met.steps);
  if (met.refused !== undefined) {
    refusals.push({ kind: "refused", step: "policy", ...met.refused });
  }
  const isRewritten = met.steps.some((step) => {
    const kind = policies.find((one) => one.name === step.what);
    return step.verdict === "matched" && kind?.rewrites === true;
  });
  const speed = speedOf(read, match, mayCallAll, isRewritten);
  steps.push(...explainTranslation(match, speed, contract));
  const path = forwardedPath(match, read.path);
  const isTranslated = speed.kind === "translate";
  const forwarding = explainForwarding(configuration, match, read, path, isTranslated, met.views);
  steps.push(...forwarding);
  const none = forwarding.find(({ verdict }) => verdict === "refused");
  if (none !== undefined) {
    refusals.push({
      kind: "refused",
      status: 502,
      step: none.step,
      why: `${none.what}: ${none.why}`,
    });
  }
  if (speed.why === "own-document" && refusals.length === 0) {
    const outcome = { kind: "answered", why: `a document of ${match.service.name}` } as const;
    return { request: asked, outcome, counts, steps };
  }
  if (met.answered !== undefined && refusals.length === 0) {
    return { request: asked, outcome: { kind: "answered", why: met.answered }, counts, steps };
  }
  const forwarded: Forwarding = {
    kind: "forwarded",
    service: match.service.name,
    route: name,
    path: isTranslated || match.exactTarget ? "" : path,
    ...(isTranslated && { translated: true }),
  };
  return { request: asked, outcome: refusals[0] ?? forwarded, counts, steps };
}

/** The addresses of own-addresses.ts. */
function whyAnsweredHere(
  head: RequestHead,
  { policies, services }: Configuration,
  { policies: kinds }: ExplainedKinds,
): string | undefined {
  if (head.path === "/livez" || head.path === "/readyz") return "its own address for health checks";
  if (head.path === keysPath && (head.method === "GET" || head.method === "HEAD")) {
    const uses = [...policies, ...services.flatMap((service) => service.policies)];
    const publish = kinds.flatMap(({ name, publishesKeys }) => (publishesKeys ? [name] : []));
    if (uses.some(({ name }) => publish.includes(name)))
      return "the keys that requests are signed with";
  }
  if (head.method !== "OPTIONS") return undefined;
  if (head.path === "*") return "OPTIONS * is about the server (RFC 9110 §9.3.7)";
  const isLastHop = head.field("max-forwards") === "0";
  return isLastHop ? "Max-Forwards is 0 (RFC 9110 §7.6.2)" : undefined;
}

function routeName({ service, route }: CompiledRoute): string {
  return `${service.name}.${route.id}`;
}
