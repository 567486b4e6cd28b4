/** What policies find wrong with their options, and scopes with operations that do not exist. */
import type { Diagnostic } from "#base/diagnostic.ts";
import { didYouMean } from "#base/nearest.ts";
import { eachCallerName } from "#configuration/callers.ts";
import type { Configuration, PolicyUse, Service } from "#configuration/configuration.ts";
import type { Contract } from "#contract/contract.ts";
import { standardPolicies } from "./standard-policies.ts";

/** @param configuration with the routes of its contracts. */
export function checkPolicies(
  configuration: Configuration,
  contracts: ReadonlyMap<string, Contract>,
): readonly Diagnostic[] {
  const { services, policies } = configuration;
  return [
    ...policies.flatMap((use) => checkUse(use, configuration, contracts, undefined)),
    ...services.flatMap((service) =>
      service.policies.flatMap((use) => checkUse(use, configuration, contracts, service)),
    ),
  ];
}

function checkUse(
  use: PolicyUse,
  configuration: Configuration,
  contracts: ReadonlyMap<string, Contract>,
  service: Service | undefined,
): readonly Diagnostic[] {
  const { name, options, source } = use;
  const { callers, services, limitStore } = configuration;
  const site = {
    serviceName: service?.name,
    contract: service && contracts.get(service.name),
    callers: callers === "open" ? undefined : [...eachCallerName(callers)],
    hasStore: limitStore !== undefined,
  };
  const policy = standardPolicies.find((one) => one.name === name);
  const found = policy?.check?.(options, site) ?? [];
  const ofOptions = found.map(({ path, severity, message, suggestion }): Diagnostic => {
    const where = path.length === 0 ? "" : ` \`${path.join(".")}\`:`;
    const hint = suggestion === undefined ? {} : { suggestion };
    const text = `${name}:${where} ${message}`;
    return { code: "bad-policy", severity, message: text, source, ...hint };
  });
  const isEarly = policy?.level === "request" && use.only?.callers !== undefined;
  const ofCallers = isEarly ? [tooEarly(name, source)] : [];
  const known = service === undefined ? inGeneral(services) : ofService(service);
  const ofScope = (use.only?.operations ?? []).flatMap((operation): readonly Diagnostic[] => {
    if (known.has(operation)) return [];
    const shown = JSON.stringify(operation.slice(0, 200));
    const message = `${name}: ${shown} is no operation or route, so the policy is not for it`;
    const suggestion = didYouMean(operation, known);
    const hint = suggestion === undefined ? {} : { suggestion };
    return [{ code: "unknown-operation", severity: "error", message, source, ...hint }];
  });
  return [...ofOptions, ...ofCallers, ...ofScope];
}

function tooEarly(name: string, source: PolicyUse["source"]): Diagnostic {
  const message = `${name}: it acts before it is known who calls; expected no \`only.callers\``;
  return { code: "bad-policy", severity: "error", message, source };
}

function inGeneral(services: readonly Service[]): ReadonlySet<string> {
  return new Set(services.flatMap((service) => [...ofService(service)]));
}

/** With and without the service before it. */
function ofService({ name, routes }: Service): ReadonlySet<string> {
  const ids = routes.flatMap(({ id, operation }) => [
    id,
    ...(operation === undefined ? [] : [operation]),
  ]);
  return new Set([`${name}.*`, ...ids, ...ids.map((id) => `${name}.${id}`)]);
}
