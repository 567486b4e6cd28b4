/** Who calls, by which proofs, and whether it may: steps of an explanation. */
import { callerAt, callerNameAt, placeNamed, type Callers } from "#configuration/callers.ts";
import type { Caller, Configuration } from "#configuration/configuration.ts";
import { grantText } from "#configuration/grant.ts";
import type { RequestHead } from "#wire/head.ts";
import { createAuthorization } from "./authorization.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { ExplainedRequest } from "./explain-request.ts";
import { explainProofs, type ExplainedProofs } from "./explain-proofs.ts";
import { cutKeys } from "./key-prover.ts";
import type { ExplanationStep } from "./explain.ts";
import { bearerBeside, conflictBeside, fieldSentTwice, presentedKey } from "./header-keys.ts";
import { createGrants, type Asked } from "./grants.ts";

export interface CallerQuestion extends ExplainedProofs {
  readonly configuration: Configuration;
  readonly request: ExplainedRequest;
  readonly head: RequestHead;
  readonly route: CompiledRoute;
  readonly steps: ExplanationStep[];
  readonly refuse: Refuse;
}

export type Refuse = (
  step: ExplanationStep["step"],
  status: number,
  what: string,
  why: string,
) => void;

interface Known {
  readonly index: number;
  readonly caller: Caller;
  readonly asked: Asked;
}

/**
 * Returns whether the caller may call every operation of the service; undefined: the message has to
 * prove who calls.
 */
export function explainCaller(question: CallerQuestion): boolean | undefined {
  const { configuration, request, route, steps } = question;
  if (configuration.callers === "open") {
    const why = "callers: open, anybody may call anything";
    steps.push({ step: "caller", verdict: "info", what: request.caller ?? "anybody", why });
    steps.push({ step: "permission", verdict: "matched", what: routeName(route), why });
    return true;
  }
  const known = explainKnown(question, configuration.callers);
  if (known === undefined || known === "by-message") return known === undefined ? false : undefined;
  return explainPermission(question, known);
}

/** Of a face over all services: what it may call is asked for each call. */
export function explainHubCaller(question: Omit<CallerQuestion, "route">): void {
  const { configuration, request, steps } = question;
  if (configuration.callers !== "open") return void explainKnown(question, configuration.callers);
  const why = "callers: open, anybody may call anything";
  steps.push({ step: "caller", verdict: "info", what: request.caller ?? "anybody", why });
}

function explainKnown(
  question: Omit<CallerQuestion, "route"> & { readonly route?: CompiledRoute },
  callers: Callers,
): Known | "by-message" | undefined {
  const { configuration, request, head, route, steps, refuse, ...kinds } = question;
  const { method } = request;
  const authorization = createAuthorization(configuration);
  if (request.caller !== undefined) {
    const index = placeNamed(callers, request.caller) ?? -1;
    const caller = callerAt(callers, index);
    if (caller === undefined) {
      const why = `no caller of this name; there are ${callers.count}`;
      refuse("caller", 401, `"${request.caller}"`, why);
      return undefined;
    }
    const why = "named in the question";
    steps.push({ step: "caller", verdict: "matched", what: caller.name, why });
    return { index, caller, asked: { scopes: allScopes(caller), method } };
  }
  const twice = fieldSentTwice(head);
  if (twice !== undefined) {
    refuse("caller", twice.definition.httpStatus, "several keys", twice.detail);
    return undefined;
  }
  const key = presentedKey((field) => head.field(field));
  const ofProofs = explainProofs(configuration, head, kinds);
  steps.push(...ofProofs.steps);
  // The service does not see them, nor does who reads on.
  if (configuration.identity !== undefined) cutKeys(head, configuration.identity.key);
  if (ofProofs.broken !== undefined) {
    refuse("caller", 401, ofProofs.broken.what, ofProofs.broken.why);
    return undefined;
  }
  const { proven } = ofProofs;
  const index =
    proven === undefined
      ? (authorization.callerOf(key) ?? -1)
      : (placeNamed(callers, proven.caller) ?? -1);
  const caller = callerAt(callers, index);
  const isPost = route?.route.face === "soap" && method === "POST";
  if (isPost && key === undefined && proven === undefined && authorization.byMessage) {
    const provers = Array.from(callers.proofs).filter(([, one]) => one.wsSecurity !== undefined);
    const what = caller === undefined ? "by the message" : `by the message, else ${caller.name}`;
    const names = provers.map(([place]) => callerNameAt(callers, place)).join(", ");
    const why = `no key was sent; wsse:Security in the message may prove to be from ${names}`;
    steps.push({ step: "caller", verdict: "matched", what, why });
    return "by-message";
  }
  if (caller === undefined) {
    const why =
      key === undefined
        ? `${nothingSent(ofProofs.steps.length > 0)}, and no caller anonymous`
        : "the key belongs to no caller";
    refuse("caller", 401, key === undefined ? "no key" : "an unknown key", why);
    return undefined;
  }
  const conflict = conflictBeside(
    bearerBeside((field) => head.field(field)),
    index,
    authorization,
  );
  if (proven === undefined && conflict !== undefined) {
    refuse("caller", 401, "several keys", conflict.detail);
    return undefined;
  }
  const isAnonymous = caller.name === "anonymous";
  const why =
    proven === undefined ? (isAnonymous ? "no key was sent" : "by its key") : `by ${proven.by}`;
  steps.push({ step: "caller", verdict: "matched", what: caller.name, why });
  return { index, caller, asked: { scopes: proven?.scopes, method } };
}

function nothingSent(hasProofs: boolean): string {
  return hasProofs ? "no proof is there" : "neither X-Api-Key nor Authorization: Bearer is there";
}

function explainPermission(
  { configuration, request, route, steps, refuse }: CallerQuestion,
  { index, caller, asked }: Known,
): boolean | undefined {
  const authorization = createAuthorization(configuration);
  const name = routeName(route);
  const isProof =
    route.route.face === "soap" && request.method === "POST" && caller.wsSecurity !== undefined;
  const grants = caller.may.length === 0 ? "nothing" : caller.may.map(grantText).join(", ");
  const operations = operationRoutes(configuration, route.service.name);
  const some = operations.filter((one) => authorization.may(index, one, asked));
  const mayCallAll = isProof ? undefined : some.length === operations.length;
  if (authorization.may(index, route.index, asked)) {
    const covering = coveringGrants(configuration, caller, route.index, asked);
    const isGuessed = request.caller !== undefined && covering.every(({ scopes }) => scopes);
    const assumed = isGuessed ? ", if its token has it" : "";
    const told = covering.map(({ text }) => text).join(", ");
    const why = `caller ${caller.name} may call ${told}${assumed}`;
    steps.push({ step: "permission", verdict: "matched", what: name, why });
    return mayCallAll;
  }
  const isOperation = route.route.face === undefined || route.route.operation !== undefined;
  if (!isOperation && some.length > 0) {
    const why = `caller ${caller.name} may call ${grants}; the body has to be for one of these`;
    steps.push({ step: "permission", verdict: "matched", what: name, why });
    return mayCallAll;
  }
  const lacking = [route.index, ...(isOperation ? [] : operations)]
    .map((one) => authorization.scopesFor(index, one, asked))
    .find((scopes) => scopes !== undefined);
  const end =
    lacking === undefined
      ? `that does not cover ${name}`
      : `for ${name} its proof lacks scope ${lacking.join(" ")}`;
  refuse("permission", 403, name, `caller ${caller.name} may call ${grants}; ${end}`);
  return false;
}

function coveringGrants(
  configuration: Configuration,
  { may }: Caller,
  route: number,
  asked: Asked,
): readonly { readonly text: string; readonly scopes: boolean }[] {
  const grants = createGrants(configuration);
  return may.flatMap((grant) => {
    const bits = new Uint32Array((grants.routeCount + 31) >>> 5);
    const [narrow] = grants.compile([grant], bits);
    const isCovered =
      narrow === undefined
        ? (((bits[route >>> 5] as number) >>> (route & 31)) & 1) === 1
        : grants.allows(narrow, route, asked);
    if (!isCovered) return [];
    return [{ text: grantText(grant), scopes: (narrow?.scopes.length ?? 0) > 0 }];
  });
}

/** Of a caller that is named only, nobody knows what its token says. */
function allScopes({ may }: Caller): ReadonlySet<string> {
  return new Set(may.flatMap((grant) => (typeof grant === "string" ? [] : (grant.scopes ?? []))));
}

/** The places of callers and operations among routes that permissions are asked for. */
function operationRoutes({ services }: Configuration, name: string): readonly number[] {
  const all = services.flatMap((service) => service.routes.map((route) => ({ service, route })));
  return all.flatMap(({ service, route }, index) =>
    service.name === name && route.operation !== undefined ? [index] : [],
  );
}

function routeName({ service, route }: CompiledRoute): string {
  return `${service.name}.${route.id}`;
}
