/** The part of an explanation that tells which policies the request meets, in their order. */
import type { Problem } from "#base/problem.ts";
import type { Configuration, PolicyUse } from "#configuration/configuration.ts";
import type { Contract } from "#contract/contract.ts";
import type { ExplainedSite, Policy } from "#extension/policy.ts";
import type { RequestHead } from "#wire/head.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { ExplainedKinds, ExplanationStep } from "./explain.ts";
import type { WorkerView } from "./look-at.ts";
import { isFor, placeId } from "./policies.ts";
import { mayBeRepeated } from "./repetition.ts";

export interface ExplainedPolicies {
  readonly steps: readonly ExplanationStep[];
  /** What the first that refuses says, where no other one answers instead. */
  readonly refused: { readonly status: number; readonly why: string } | undefined;
  /** That a refusal is answered by another policy. */
  readonly answered: string | undefined;
  /** Of a running gateway's workers. */
  readonly views: readonly WorkerView[];
}

type Explained = Pick<
  ExplainedKinds,
  "policies" | "costOf" | "takenOf" | "readShared" | "nowMs" | "running" | "viewsOf"
>;

/** @param callerName undefined: not known. @param kinds to tell what each does. */
export function explainPolicies(
  configuration: Configuration,
  route: CompiledRoute,
  head: RequestHead,
  contract: Contract | undefined,
  callerName: string | undefined,
  explained: Explained,
): ExplainedPolicies {
  const { policies: kinds, costOf, readShared, nowMs, running } = explained;
  const { stateFolder } = configuration;
  const takenOf = (key: string): number | undefined =>
    stateFolder === undefined ? undefined : explained.takenOf?.(stateFolder, key);
  const request = askedOf(route, head, contract, callerName);
  const { field: _field, ...asked } = request;
  const views = explained.viewsOf?.({ service: route.service.name, request: asked }) ?? [];
  const before: { readonly kind: Policy; readonly options: PolicyUse["options"] }[] = [];
  let refused: ExplainedPolicies["refused"];
  let answered: string | undefined;

  const tell = (use: PolicyUse, index: number, serviceName?: string): ExplanationStep => {
    const { name: what, source, options } = use;
    const kind = kinds.find(({ name }) => name === what);
    const cost = costOf?.(what, route.service.name, route.route.id);
    const step = { step: "policy", what, source, ...(cost === undefined ? {} : { cost }) } as const;
    const missed = whyNot(use, route, callerName);
    if (missed !== undefined) return { ...step, verdict: "not matched", why: missed };
    const where = serviceName === undefined ? "for all services" : `for ${serviceName}`;
    const id = placeId(use, index, serviceName);
    const site = { serviceName, id, nowMs, request, takenOf, readShared, running };
    const state = kind?.explainState?.(options, site);
    const place = serviceName === undefined ? index : configuration.policies.length + index;
    const now = [...(state === undefined ? [] : [state]), ...toldNow(place, views)];
    const does = [kind?.explain(options) ?? "", ...now].join("; ");
    const problem = kind?.explainRefusal?.(options, site);
    if (problem !== undefined && refused === undefined && answered === undefined) {
      const { code, httpStatus: status } = problem.definition;
      const other = before.findLast((one) => one.kind.answersInstead?.(one.options, code));
      if (other === undefined) refused = { status, why: `${code}: ${problem.detail}` };
      else answered = `${other.kind.name} answers instead of ${code}`;
    }
    if (kind !== undefined) before.push({ kind, options });
    const verdict = problem === undefined ? "matched" : "refused";
    return { ...step, verdict, why: `${does} (${where})` };
  };
  const steps = [
    ...configuration.policies.map((use, index) => tell(use, index)),
    ...route.service.policies.map((use, index) => tell(use, index, route.service.name)),
  ];
  return { steps, refused, answered, views };
}

/** Of requests to a face over all services: those that are held to once, whatever they call. */
export function explainHubPolicies(
  configuration: Configuration,
  head: RequestHead,
  { policies: kinds, nowMs, readShared, running }: Explained,
): readonly (ExplanationStep & { readonly refused: Problem | undefined })[] {
  const request = {
    ...{ callerName: undefined, serviceName: "", operation: undefined, routeId: "" },
    idempotent: mayBeRepeated(head.method, undefined),
    field: (name: string) => head.field(name),
  };
  return configuration.policies.flatMap((use, index) => {
    const kind = kinds.find(({ name }) => name === use.name);
    if (kind?.level !== "request" || use.only?.operations !== undefined) return [];
    const id = placeId(use, index);
    const takenOf = (): undefined => undefined;
    const site = { serviceName: undefined, id, nowMs, request, takenOf, readShared, running };
    const { name: what, source, options } = use;
    const why = `${kind.explain(options)} (for all services)`;
    const refused = kind.explainRefusal?.(options, site);
    return [{ step: "policy", verdict: "matched", what, why, source, refused } as const];
  });
}

/** What workers say of the policy at this place; once where all say the same. */
function toldNow(place: number, views: readonly WorkerView[]): readonly string[] {
  const said = views.flatMap(({ worker, policies }) => {
    const what = policies[place];
    return what === undefined ? [] : [{ worker, what }];
  });
  const all = new Set(said.map(({ what }) => what));
  if (all.size <= 1) return [...all];
  return said.map(({ worker, what }) => `${what} in worker ${worker}`);
}

function askedOf(
  { service, route }: CompiledRoute,
  head: RequestHead,
  contract: Contract | undefined,
  callerName: string | undefined,
): ExplainedSite["request"] {
  const operation = contract?.operations.find(({ id }) => id === route.operation);
  return {
    callerName,
    serviceName: service.name,
    operation: route.operation,
    routeId: route.id,
    idempotent: mayBeRepeated(head.method, operation),
    field: (name) => head.field(name),
  };
}

function whyNot(
  { only }: PolicyUse,
  route: CompiledRoute,
  callerName: string | undefined,
): string | undefined {
  if (!isFor(only, route)) return `only for ${only?.operations?.join(", ")}`;
  const callers = only?.callers;
  if (callers === undefined || callers.includes(callerName ?? "anonymous")) return undefined;
  return `only for ${callers.join(", ")}`;
}
