/** The part of an explanation that tells which policies the request meets, in their order. */
import type { Configuration, PolicyUse } from "#configuration/configuration.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { ExplainedKinds, ExplanationStep } from "./explain.ts";
import { isFor, placeId } from "./policies.ts";

/** @param callerName undefined: not known. @param kinds to tell what each does. */
export function explainPolicies(
  configuration: Configuration,
  route: CompiledRoute,
  callerName: string | undefined,
  explained: Pick<ExplainedKinds, "policies" | "costOf" | "takenOf" | "readShared" | "nowMs">,
): readonly ExplanationStep[] {
  const { policies: kinds, costOf, readShared, nowMs } = explained;
  const { stateFolder } = configuration;
  const takenOf = (key: string): number | undefined =>
    stateFolder === undefined ? undefined : explained.takenOf?.(stateFolder, key);
  const request = {
    callerName,
    serviceName: route.service.name,
    operation: route.route.operation,
    routeId: route.route.id,
  };
  const tell = (use: PolicyUse, index: number, serviceName?: string): ExplanationStep => {
    const kind = kinds.find(({ name }) => name === use.name);
    const where = serviceName === undefined ? "for all services" : `for ${serviceName}`;
    const id = placeId(use, index, serviceName);
    const site = { serviceName, id, nowMs, request, takenOf, readShared };
    const state = kind?.explainState?.(use.options, site);
    const does = `${kind?.explain(use.options) ?? ""}${state === undefined ? "" : `; ${state}`}`;
    const { name: what, source } = use;
    const missed = whyNot(use, route, callerName);
    const why = missed ?? `${does} (${where})`;
    const cost = costOf?.(use.name, route.service.name, route.route.id);
    return {
      step: "policy",
      verdict: missed === undefined ? "matched" : "not matched",
      what,
      why,
      source,
      ...(cost === undefined ? {} : { cost }),
    };
  };
  return [
    ...configuration.policies.map((use, index) => tell(use, index)),
    ...route.service.policies.map((use, index) => tell(use, index, route.service.name)),
  ];
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
