/** The part of an explanation that tells which policies the request meets, in their order. */
import type { Configuration, PolicyUse } from "#configuration/configuration.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { ExplainedKinds, ExplanationStep } from "./explain.ts";
import { isFor } from "./policies.ts";

/** @param callerName undefined: not known. @param kinds to tell what each does. */
export function explainPolicies(
  configuration: Configuration,
  route: CompiledRoute,
  callerName: string | undefined,
  { policies: kinds, costOf }: Pick<ExplainedKinds, "policies" | "costOf">,
): readonly ExplanationStep[] {
  const tell = (use: PolicyUse, where: string): ExplanationStep => {
    const kind = kinds.find(({ name }) => name === use.name);
    const does = kind?.explain(use.options) ?? "";
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
    ...configuration.policies.map((use) => tell(use, "for all services")),
    ...route.service.policies.map((use) => tell(use, `for ${route.service.name}`)),
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
