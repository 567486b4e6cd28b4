/**
 * May a request pass, and where to? Own addresses, route, caller, permission, size: in this order,
 * which `explain` follows too; at last, whether it can be put on record. Nothing was sent yet.
 */
import type { Problem } from "#base/problem.ts";
import type { Dialect } from "#contract/contract.ts";
import type { Hub } from "#extension/hub.ts";
import type { Verdict } from "#extension/policy.ts";
import { authorizeByFindings, authorizeByKey, identifyByKey } from "./admit-caller.ts";
import { fieldSentTwice } from "./header-keys.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { documentTooLarge } from "./deadlines.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import type { GatewayContext } from "./gateway-context.ts";
import type { HubMatch } from "./hubs.ts";
import type { Findings, Identity } from "./identity.ts";
import { ownHead } from "./own-head.ts";
import { answerKeys, answerOf, type OwnAnswer } from "./own-addresses.ts";
import { otherPathOf } from "./path-parameters.ts";
import type { PolicedExchange } from "./policed-exchange.ts";
import { problems } from "./problems.ts";
import type { Snapshot } from "./snapshot.ts";
import { speedOf } from "./speed.ts";
import { timeGiven } from "./time-given.ts";
import { Translation } from "./translation.ts";
import type { Translator } from "./translators.ts";

interface Pass {
  readonly kind: "pass";
}
/** The caller speaks another dialect than the instances. */
interface Translate {
  readonly kind: "translate";
  readonly translation: Translation;
}
/** It is for a face over all services. */
interface ToHub {
  readonly kind: "hub";
  readonly hub: Hub;
  readonly inParts: boolean;
}
interface Refusal {
  readonly kind: "refuse";
  readonly problem: Problem;
  /** Field lines, each ended by CR LF. */
  readonly fields: string;
}

export type Admission = Pass | Translate | ToHub | OwnAnswer | Refusal;

/** It takes a while to know who calls. */
interface Identify {
  readonly kind: "identify";
  readonly coming: Promise<Findings>;
  readonly goOn: (found: Findings) => Admission;
}

const pass: Pass = { kind: "pass" };
/** RFC 9110 §15.2.1. */
export const continueHead = ownHead(100, []);

/** Notes route and caller in the record. */
export function admit(exchange: PolicedExchange, gateway: GatewayContext): Admission | Identify {
  const { head } = exchange.caller;
  const snapshot = exchange.snapshot as Snapshot;
  const own = answerOf(head, gateway.draining);
  if (own !== undefined) return own;
  const { policies } = snapshot;
  const { publishedKeys } = policies;
  const keys = publishedKeys === undefined ? undefined : answerKeys(head, publishedKeys);
  if (keys !== undefined) return keys;
  const preflight = policies.wantsPreflight ? answerPreflight(exchange, snapshot) : undefined;
  if (preflight !== undefined) return preflight;
  const hub = snapshot.hubs.match(head);
  if (hub !== undefined) return admitToHub(exchange, gateway, hub);
  const match = snapshot.router.match(head);
  if (match.kind === "miss") {
    exchange.policiesOfMiss(policies.hubChain);
    return missed(exchange, match.allowedMethods);
  }
  exchange.route = match;
  gateway.observer.onRouted(exchange);
  const verdict = exchange.policiesOnRouted(policies.chainOf(match));
  if (verdict !== undefined) return decided(verdict);
  if (snapshot.authorization.open) return admitCaller(exchange, gateway, match);
  // Where address and port tell who calls, nothing else can.
  if (snapshot.identity !== undefined && exchange.caller.peer.caller === undefined) {
    return identify(exchange, snapshot.identity, (found) => {
      const problem = authorizeByFindings(exchange, snapshot, match, found);
      return problem === undefined ? admitCaller(exchange, gateway, match) : refuse(problem);
    });
  }
  const problem = authorizeByKey(exchange, snapshot, match);
  return problem === undefined ? admitCaller(exchange, gateway, match) : refuse(problem);
}

/** Of a request that will not pass: where it leads, and who calls where the connection tells. */
export function noteWhere(exchange: ExchangeRecord, { observer }: GatewayContext): void {
  const { head, peer } = exchange.caller;
  const { hubs, router, authorization } = exchange.snapshot as Snapshot;
  const hub = hubs.match(head);
  if (hub?.kind === "hub") exchange.hubDialect = hub.dialect;
  if (hub !== undefined) return;
  const match = router.match(head);
  if (match.kind === "miss") return;
  exchange.route = match;
  observer.onRouted(exchange);
  if (peer.caller !== undefined) exchange.callerIndex = authorization.callerNamed(peer.caller);
}

/** It is known who calls, or will be by its message, and that it may. */
function admitCaller(
  exchange: PolicedExchange,
  gateway: GatewayContext,
  match: CompiledRoute,
): Admission {
  const { head } = exchange.caller;
  const snapshot = exchange.snapshot as Snapshot;
  const { service } = match;
  if (head.encodedSlash && service.encodedSlash === "refuse") {
    return refuse(
      problems["encoded-slash"](
        `the path has %2F; service ${service.name} does not say encodedSlash: pass`,
      ),
    );
  }
  const otherPath = otherPathOf(snapshot.router, head, match);
  if (otherPath !== undefined) {
    return refuse(
      problems["path-parameters"](
        `without what stands behind ; it is ${otherPath.slice(0, 200)}, which leads elsewhere`,
      ),
    );
  }
  if (head.contentLength > match.bodyBytesMax || exchange.requestBytes > match.bodyBytesMax) {
    return refuse(bodyTooLarge(match));
  }
  const unrecorded = gateway.recorder?.refusal(service);
  if (unrecorded !== undefined) return refuse(unrecorded);
  const givenMs = timeGiven(head, match.face);
  if (typeof givenMs === "object") return refuse(givenMs);
  exchange.givenMs = givenMs;
  const isSoap = match.face === "soap";
  const mayCallAll =
    exchange.proof === undefined ? !isSoap || mayCallEvery(snapshot, match, exchange) : undefined;
  const isRewritten = exchange.proof === undefined && exchange.isRewritten;
  const speed = speedOf(head, match, mayCallAll, isRewritten);
  if (speed.kind === "pass") return pass;
  const admission = translate(exchange, snapshot, match);
  // gRPC-Web and Connect have the metadata of gRPC.
  const isOneDialect = speed.why === "policy" || (speed.why === "other-version" && !isSoap);
  if (admission.kind === "translate" && isOneDialect) {
    admission.translation.keepsFields = true;
  }
  return admission;
}

/** What it may call is asked for each call. */
function admitToHub(
  exchange: PolicedExchange,
  gateway: GatewayContext,
  match: HubMatch,
): Admission | Identify {
  const snapshot = exchange.snapshot as Snapshot;
  if (match.kind === "miss") {
    exchange.policiesOfMiss(snapshot.policies.hubChain);
    return missed(exchange, match.allowedMethods);
  }
  exchange.hubDialect = match.dialect;
  const verdict = exchange.policiesOnRouted(snapshot.policies.hubChain);
  if (verdict !== undefined) return decided(verdict);
  const { authorization, identity } = snapshot;
  if (authorization.open) return admitHubCaller(exchange, gateway, match);
  if (identity !== undefined) {
    return identify(exchange, identity, (found) => {
      const problem = identity.conclude(exchange, found);
      return problem === undefined ? admitHubCaller(exchange, gateway, match) : refuse(problem);
    });
  }
  const problem = fieldSentTwice(exchange.caller.head) ?? identifyByKey(exchange, snapshot);
  return problem === undefined ? admitHubCaller(exchange, gateway, match) : refuse(problem);
}

function admitHubCaller(
  exchange: PolicedExchange,
  { recorder }: GatewayContext,
  { hub, inParts }: ToHub,
): Admission {
  const unrecorded = recorder?.refusal(undefined);
  if (unrecorded !== undefined) return refuse(unrecorded);
  const givenMs = timeGiven(exchange.caller.head, undefined);
  if (typeof givenMs === "object") return refuse(givenMs);
  exchange.givenMs = givenMs;
  const { limits } = exchange;
  if (exchange.caller.head.contentLength > limits.documentBytesMax) {
    return refuse(documentTooLarge(limits, "client"));
  }
  return { kind: "hub", hub, inParts };
}

function identify(
  exchange: PolicedExchange,
  identity: Identity,
  goOn: (found: Findings) => Admission,
): Admission | Identify {
  const found = identity.look(exchange);
  return found instanceof Promise ? { kind: "identify", coming: found, goOn } : goOn(found);
}

function translate(
  exchange: ExchangeRecord,
  snapshot: Snapshot,
  match: CompiledRoute,
): Translate | Refusal {
  const { head } = exchange.caller;
  const translator = snapshot.translators[match.serviceIndex] as Translator;
  const dialect = match.route.face as Dialect;
  const face = translator.face(dialect);
  if (face === undefined) {
    return refuse(problems["face-unavailable"](`there is no ${dialect} face in this build`));
  }
  const { limits } = snapshot.revision.configuration;
  if (head.contentLength > limits.documentBytesMax) {
    return refuse(documentTooLarge(limits, "client"));
  }
  // The instance, which else would say so, hears of the request only when it is whole.
  if (head.expectContinue && exchange.requestBytes === 0) exchange.caller.sendInterim(continueHead);
  return { kind: "translate", translation: new Translation(exchange, face, translator) };
}

/** Whether a caller may call every operation, so that nobody need look which one it is. */
function mayCallEvery(
  { authorization, translators }: Snapshot,
  { serviceIndex }: CompiledRoute,
  exchange: ExchangeRecord,
): boolean {
  if (authorization.open) return true;
  const routes = translators[serviceIndex]?.routes ?? [];
  return routes.every((index) => authorization.may(exchange.callerIndex, index, exchange));
}

export function bodyTooLarge({ service }: CompiledRoute): Problem {
  return problems["body-too-large"](
    `service ${service.name} takes bodies of at most ${service.bodyBytesMax} bytes (bodyBytesMax)`,
  );
}

function decided(verdict: Exclude<Verdict, undefined>): OwnAnswer | Refusal {
  if (verdict.kind === "refuse") return refuse(verdict.problem);
  const { response } = verdict;
  if (!("kind" in response)) return { kind: "answer", response };
  return refuse(problems["gateway-failure"]("nothing encodes the answer of a policy"));
}

/** Browsers send no key with it, and a method that the route need not have. */
function answerPreflight(
  exchange: PolicedExchange,
  { router, policies, hubs }: Snapshot,
): OwnAnswer | Refusal | undefined {
  const { head } = exchange.caller;
  if (head.method !== "OPTIONS") return undefined;
  const method = head.field("access-control-request-method");
  if (method === undefined) return undefined;
  const asked = { method, host: head.host, path: head.path, field: head.field.bind(head) };
  const match = hubs.match(head) === undefined ? router.match(asked) : undefined;
  if (match?.kind === "miss") return undefined;
  const chain = match === undefined ? policies.hubChain : policies.chainOf(match);
  if (chain === undefined) return undefined;
  exchange.route = match;
  const verdict = exchange.policiesOnPreflight(chain);
  if (verdict !== undefined) return decided(verdict);
  exchange.route = undefined;
  return undefined;
}

function refuse(problem: Problem, fields = ""): Refusal {
  return { kind: "refuse", problem, fields };
}

/** RFC 9110 §15.5.6: a 405 tells the methods that are allowed. */
function missed({ caller }: ExchangeRecord, allowedMethods: readonly string[]): Refusal {
  const { head } = caller;
  const allowed = allowedMethods.join(", ");
  if (allowed !== "") {
    const detail = `${head.method} is not among the methods: ${allowed}`;
    return refuse(problems["method-not-allowed"](detail), `Allow: ${allowed}\r\n`);
  }
  const path = head.path.slice(0, 200);
  return refuse(problems["no-route"](`no route matches ${path}; \`parlance explain\` tells why`));
}
