/** The part of an explanation that tells which instances may be asked, which not, and why. */
import type { Configuration, Instance, Service } from "#configuration/configuration.ts";
import { nearestOf } from "./balance.ts";
import type { ExplanationStep } from "./explain.ts";
import type { WorkerView } from "./look-at.ts";

/** How a line about an instance goes on: what is written of it, and how it is. */
export function aboutInstance(instance: Instance, views: readonly WorkerView[]): string {
  const { weight, zone, priority, drain } = instance;
  const said = [
    ...(weight === 100 ? [] : [`weight ${weight}`]),
    ...(zone === undefined ? [] : [`zone ${zone}`]),
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(drain ? ["drained"] : []),
    ...stateOf(instance, views),
  ];
  return said.map((part) => `, ${part}`).join("");
}

/** In the words of the workers; once where all say the same. */
function stateOf({ url }: Instance, views: readonly WorkerView[]): readonly string[] {
  const seen = views.flatMap(({ worker, instances }) => {
    const found = instances.find((one) => one.url === url);
    return found === undefined ? [] : [{ worker, ...found }];
  });
  if (seen.length === 0) return [];
  const states = new Set(seen.map(({ state }) => state));
  const told =
    states.size === 1
      ? [...states]
      : seen.map(({ worker, state }) => `${state} for worker ${worker}`);
  const underWay = seen.reduce((sum, { inFlight }) => sum + inFlight, 0);
  return [...told, `${underWay} under way`];
}

/** Which one is asked, as far as it is decided: among whom, and why not the others. */
export function explainChoice(
  { zone }: Configuration,
  { instances, balance, name, discovery }: Service,
  views: readonly WorkerView[],
): readonly ExplanationStep[] {
  const open = instances.filter(({ drain }) => !drain);
  if (open.length === 0) {
    // Who is found is known to a running gateway alone.
    if (discovery !== undefined && views.length === 0) return [];
    const why = instances.length === 0 ? "it has no instance now" : "all of its are drained";
    return [{ step: "instance", verdict: "refused", what: `none of ${name}`, why }];
  }
  const unwell = (instance: Instance): string | undefined => unwellFor(instance, views);
  const well = open.filter((instance) => unwell(instance) === undefined);
  const able = well.length > 0 ? well : open;
  const asked = nearestOf(able, (instance) => instance, zone);
  const lowest = Math.min(...able.map(({ priority = 0 }) => priority));
  const passed = instances.flatMap((instance) => {
    if (asked.includes(instance)) return [];
    const { url, drain, priority = 0, zone: own } = instance;
    if (drain) return [`${url} is drained`];
    if (!able.includes(instance)) return [`${url} is ${unwell(instance)}`];
    if (priority > lowest) return [`${url} has priority ${priority}`];
    return [`${url} is not in zone ${zone}${own === undefined ? "" : `, but in ${own}`}`];
  });
  const how = asked.length === 1 ? "the only one that may be asked" : strategyOf(balance);
  const none = well.length > 0 ? "" : "; none is well, so one is asked all the same";
  const others = passed.length === 0 ? "" : `; passed over: ${passed.join(", ")}`;
  return [
    {
      step: "instance",
      verdict: asked.length === 1 ? "chosen" : "info",
      what: asked.length === 1 ? (asked[0] as Instance).url : `one of ${asked.length} of ${name}`,
      why: `${how}${none}${others}`,
    },
  ];
}

function strategyOf({ strategy, hashBy, slowStartMs }: Service["balance"]): string {
  const slowly = slowStartMs === 0 ? "" : ", one that is new or well again little by little";
  switch (strategy) {
    case "round-robin":
      return `round-robin, in turn by weight${slowly}`;
    case "least-requests":
      return `least-requests, of two that are drawn the one with less to do${slowly}`;
    case "peak-ewma":
      return `peak-ewma, of two that are drawn the one that answers sooner${slowly}`;
    case "hash":
      return `hash by ${hashBy}, unless it has more than its share to do`;
  }
}

/** Undefined: a worker at least finds it well, or nobody knows. */
function unwellFor({ url }: Instance, views: readonly WorkerView[]): string | undefined {
  const states = views.flatMap(({ instances }) =>
    instances.flatMap((one) => (one.url === url ? [one.state] : [])),
  );
  return states.includes("well") ? undefined : states[0];
}
