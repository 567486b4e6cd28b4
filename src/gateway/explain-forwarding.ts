/** The part of an explanation that tells where the request goes and within which bounds. */
import type { Configuration, Instance, Service } from "#configuration/configuration.ts";
import type { RequestHead } from "#wire/head.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { ExplanationStep } from "./explain.ts";
import { aboutInstance, explainChoice } from "./explain-instances.ts";
import type { WorkerView } from "./look-at.ts";

export function explainForwarding(
  configuration: Configuration,
  { service, route, exactTarget }: CompiledRoute,
  head: RequestHead,
  path: string,
  isTranslated: boolean,
  views: readonly WorkerView[],
): readonly ExplanationStep[] {
  const bounds = [
    ...explainTimeouts(configuration, service),
    ...explainLimits(configuration, service, isTranslated),
  ];
  if (isTranslated || exactTarget) {
    return [
      ...service.instances.map((instance) => translatedTo(service.name, instance, views)),
      ...explainDiscovery(service, views),
      ...explainChoice(configuration, service, views),
      ...bounds,
    ];
  }
  const query = head.pathAndQuery.slice(head.path.length);
  const strip = route.stripPrefix;
  const why =
    strip === "" ? "nothing is removed from the path" : `stripPrefix "${strip}" is removed`;
  const { source } = route;
  const steps: ExplanationStep[] = [
    { step: "forward", verdict: "info", what: `${head.method} ${path}${query}`, why, source },
  ];
  for (const instance of service.instances) {
    const host = service.host === "caller" ? head.authority : instance.authority;
    const to = `${instance.basePath}${path}${query}`;
    const protocol = instance.http2 ? "HTTP/2" : "HTTP/1.1";
    steps.push({
      step: "instance",
      verdict: "info",
      what: `${origin(instance)} ${head.method} ${to}`,
      why:
        `instance of ${service.name}, ${protocol}, Host: ${host} (that of the ${service.host})` +
        aboutInstance(instance, views),
    });
  }
  return [
    ...steps,
    ...explainDiscovery(service, views),
    ...explainChoice(configuration, service, views),
    ...bounds,
  ];
}

/** Where instances come from that are not written in the configuration. */
function explainDiscovery(
  { name, discovery }: Service,
  views: readonly WorkerView[],
): readonly ExplanationStep[] {
  if (discovery === undefined) return [];
  const found = discovery.names.map(({ kind, url }) =>
    kind === "service" ? `the SRV records of ${url}` : `the addresses of ${url}`,
  );
  const from = [...found, ...(discovery.leases === undefined ? [] : ["leases at the admin port"])];
  const what = `further instances of ${name}: ${from.join(", ")}`;
  const why =
    views.length > 0
      ? "those that are there now are among those above"
      : "a running gateway knows those that are there now (--admin)";
  return [{ step: "instance", verdict: "info", what, why }];
}

function translatedTo(
  name: string,
  instance: Instance,
  views: readonly WorkerView[],
): ExplanationStep {
  const what = `${origin(instance)}${instance.basePath}`;
  const why = `instance of ${name}, asked at this URL${aboutInstance(instance, views)}`;
  return { step: "instance", verdict: "info", what, why };
}

function origin({ scheme, host, port, socketPath }: Instance): string {
  if (socketPath !== undefined) return `unix:${socketPath}`;
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

type Bounds = readonly (readonly [name: string, value: number, why: string])[];

function explainTimeouts(
  { timeouts }: Configuration,
  service: CompiledRoute["service"],
): readonly ExplanationStep[] {
  const bounds: Bounds = [
    ["connectMs", service.connectMs, "to connect to an instance"],
    ["firstByteMs", service.firstByteMs, "from the whole request sent to the head of the answer"],
    ["responseIdleMs", service.responseIdleMs, "without a byte in the middle of an answer"],
    ["timeoutMs", service.timeoutMs, "for the whole exchange"],
    ["bodyIdleMs", timeouts.bodyIdleMs, "for a caller that neither sends nor takes"],
  ];
  return bounds.map(([name, value, why]) => {
    const what = value === 0 ? `${name}: off` : `${name}: ${value}`;
    return { step: "timeout", verdict: "info", what, why };
  });
}

function explainLimits(
  { limits }: Configuration,
  service: CompiledRoute["service"],
  isTranslated: boolean,
): readonly ExplanationStep[] {
  const documents = "a larger document gets 413, an answer 502: translation holds them whole";
  const bounds: Bounds = [
    ["headBytesMax", limits.headBytesMax, "a larger head gets 431"],
    ["headFieldsMax", limits.headFieldsMax, "more fields get 431"],
    ["targetBytesMax", limits.targetBytesMax, "a longer target gets 414"],
    ["bodyBytesMax", service.bodyBytesMax, "a larger body gets 413"],
    ...(isTranslated ? [["documentBytesMax", limits.documentBytesMax, documents] as const] : []),
  ];
  return bounds.map(([name, value, why]) => {
    return { step: "limit", verdict: "info", what: `${name}: ${value}`, why };
  });
}
