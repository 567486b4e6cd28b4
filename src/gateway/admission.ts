/**
 * May a request pass, and where to? Own addresses, route, caller, permission, size: in this order,
 * which `explain` follows too; at last, whether it can be put on record. Nothing was sent yet.
 */
import type { Problem } from "#base/problem.ts";
import type { Dialect } from "#contract/contract.ts";
import type { Hub } from "#extension/hub.ts";
import type { Verdict } from "#extension/policy.ts";
import { fieldNames } from "#wire/field-names.ts";
import { presentedKey } from "./authorization.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { documentTooLarge } from "./deadlines.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import type { GatewayContext } from "./gateway-context.ts";
import type { HubMatch } from "./hubs.ts";
import { ownHead } from "./own-head.ts";
import { answerOf, type OwnAnswer } from "./own-addresses.ts";
import { proofAsked } from "./message-proof.ts";
import type { PolicedExchange } from "./policed-exchange.ts";
import { problems } from "./problems.ts";
import type { Snapshot } from "./snapshot.ts";
import { speedOf } from "./speed.ts";
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
}
interface Refusal {
  readonly kind: "refuse";
  readonly problem: Problem;
  /** Field lines, each ended by CR LF. */
  readonly fields: string;
}

const pass: Pass = { kind: "pass" };
/** RFC 9110 §15.2.1. */
const goOn = ownHead(100, []);

/** Notes route and caller in the record. */
export function admit(
  exchange: PolicedExchange,
  gateway: GatewayContext,
): Pass | Translate | ToHub | OwnAnswer | Refusal {
  const { head } = exchange.caller;
  const snapshot = exchange.snapshot as Snapshot;
  const own = answerOf(head, gateway.draining);
  if (own !== undefined) return own;
  const { policies } = snapshot;
  const preflight = policies.wantsPreflight ? answerPreflight(exchange, snapshot) : undefined;
  if (preflight !== undefined) return preflight;
  const hub = snapshot.hubs.match(head);
  if (hub !== undefined) return admitToHub(exchange, gateway, hub);
  const match = snapshot.router.match(head);
  if (match.kind === "miss") return missed(exchange, match.allowedMethods);
  exchange.route = match;
  gateway.observer.onRouted(exchange);
  const verdict = exchange.policiesOnRouted(policies.chainOf(match));
  if (verdict !== undefined) return decided(verdict);
  if (!snapshot.authorization.open) {
    const problem = authorize(exchange, snapshot, match);
    if (problem !== undefined) return refuse(problem);
  }
  const { service } = match;
  if (head.encodedSlash && service.encodedSlash === "refuse") {
    return refuse(
      problems["encoded-slash"](
        `the path has %2F; service ${service.name} does not say encodedSlash: pass`,
      ),
    );
  }
  if (head.contentLength > match.bodyBytesMax || exchange.requestBytes > match.bodyBytesMax) {
    return refuse(bodyTooLarge(match));
  }
  const unrecorded = gateway.recorder?.refusal(service);
  if (unrecorded !== undefined) return refuse(unrecorded);
  const isSoap = match.face === "soap";
  const mayCallAll =
    exchange.proof === undefined
      ? !isSoap || mayCallEvery(snapshot, match, exchange.callerIndex)
      : undefined;
  if (speedOf(head, match, mayCallAll).kind === "pass") return pass;
  return translate(exchange, snapshot, match);
}

/** What it may call is asked for each call. */
function admitToHub(
  exchange: PolicedExchange,
  { recorder }: GatewayContext,
  match: HubMatch,
): ToHub | OwnAnswer | Refusal {
  if (match.kind === "miss") return missed(exchange, match.allowedMethods);
  const snapshot = exchange.snapshot as Snapshot;
  const verdict = exchange.policiesOnRouted(snapshot.policies.hubChain);
  if (verdict !== undefined) return decided(verdict);
  const problem = snapshot.authorization.open
    ? undefined
    : identify(exchange, snapshot, keyIn(exchange));
  if (problem !== undefined) return refuse(problem);
  const unrecorded = recorder?.refusal(undefined);
  if (unrecorded !== undefined) return refuse(unrecorded);
  const { limits } = snapshot.revision.configuration;
  if (exchange.caller.head.contentLength > limits.documentBytesMax) {
    return refuse(documentTooLarge(limits, "client"));
  }
  return { kind: "hub", hub: match.hub };
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
  if (head.expectContinue && exchange.requestBytes === 0) exchange.caller.sendInterim(goOn);
  return { kind: "translate", translation: new Translation(exchange, face, translator) };
}

/** Whether a caller may call every operation, so that nobody need look which one it is. */
function mayCallEvery(
  { authorization, translators }: Snapshot,
  { serviceIndex }: CompiledRoute,
  callerIndex: number | undefined,
): boolean {
  if (authorization.open) return true;
  const routes = translators[serviceIndex]?.routes ?? [];
  return routes.every((index) => authorization.may(callerIndex, index));
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

function authorize(
  exchange: ExchangeRecord,
  snapshot: Snapshot,
  route: CompiledRoute,
): Problem | undefined {
  const { authorization, callerName, translators } = snapshot;
  const key = keyIn(exchange);
  const stranger = identify(exchange, snapshot, key);
  if (stranger === undefined || key === undefined) {
    exchange.proof = proofAsked(exchange, snapshot, route, key !== undefined);
    if (exchange.proof === "required") return undefined;
  }
  if (stranger !== undefined) return stranger;
  if (authorization.may(exchange.callerIndex, route.index)) return undefined;
  // Which operation a SOAP request is for is not known yet, and documents go with any of them.
  if (route.route.face !== undefined && route.route.operation === undefined) {
    const { callerIndex } = exchange;
    const translator = translators[route.serviceIndex];
    if (translator?.routes.some((index) => authorization.may(callerIndex, index))) return undefined;
  }
  const name = callerName(exchange.callerIndex ?? -1);
  return problems["caller-not-permitted"](
    `caller ${name} may not call ${route.service.name}.${route.route.id}`,
  );
}

function keyIn({ caller: { head } }: ExchangeRecord): string | undefined {
  return head.has(fieldNames["x-api-key"]) || head.has(fieldNames.authorization)
    ? presentedKey((name) => head.field(name))
    : undefined;
}

/** Notes who calls. */
function identify(
  exchange: ExchangeRecord,
  { authorization }: Snapshot,
  key: string | undefined,
): Problem | undefined {
  const { head, peer } = exchange.caller;
  exchange.callerIndex =
    peer.caller === undefined
      ? authorization.callerOf(key)
      : authorization.callerNamed(peer.caller);
  if (exchange.callerIndex === undefined) {
    return problems["caller-unknown"](
      key === undefined
        ? "no key was sent, as X-Api-Key or Authorization: Bearer"
        : "the key belongs to no caller",
    );
  }
  if (key !== undefined) {
    // A service that saw the key could call others in the caller's name.
    exchange.withheld = head.has(fieldNames["x-api-key"])
      ? fieldNames["x-api-key"]
      : fieldNames.authorization;
  }
  return undefined;
}
