/**
 * The routes that a contract gives its service: one for each operation at the REST face and one at
 * the gRPC face, one for the SOAP face, some for the text face, and the documents. Operations are
 * routes of their own so that `may`, `explain` and the counts speak of them by name.
 */
import type { Configuration, Route, Service } from "#configuration/configuration.ts";
import type { Contract, Dialect, Operation } from "#contract/contract.ts";
import { operationsByGrpcPath } from "#contract/grpc-names.ts";
import { cutPath, pathVariable } from "#contract/path-segments.ts";

/** Ids of routes that are no operation; no operation can have them. */
export const documentRouteId = ".openapi";
const soapRouteId = ".soap";
const textRouteId = ".text";

export type Contracts = ReadonlyMap<string, Contract>;

/** The configuration with the routes of all contracts behind those that it gives itself. */
export function withContractRoutes(
  configuration: Configuration,
  contracts: Contracts,
): Configuration {
  const services = configuration.services.map((service) => {
    const contract = contracts.get(service.name);
    if (contract === undefined) return service;
    const routes = [...service.routes, ...contractRoutes(service, contract)];
    const speaks = service.speaks ?? contract.dialect;
    return { ...service, speaks, routes, instances: instancesOf(service, speaks, contract) };
  });
  return { ...configuration, services };
}

/** gRPC is spoken over HTTP/2 alone; where no HTTP is spoken, the contract tells how. */
function instancesOf(
  { instances }: Service,
  speaks: Dialect,
  { text }: Contract,
): Service["instances"] {
  const framing = speaks === "text" ? text?.framing : undefined;
  if (framing !== undefined) {
    return instances.map((one) => (one.scheme === "tcp" ? { ...one, framing } : one));
  }
  if (speaks !== "grpc") return instances;
  return instances.map((instance) => ({ ...instance, http2: true }));
}

function contractRoutes(
  { name, contractFile = "" }: Service,
  contract: Contract,
): readonly Route[] {
  const prefix = `/${name}`;
  const source = { file: contractFile, line: 1, column: 1 };
  const common = { host: undefined, headers: {}, stripPrefix: prefix, source };
  const routeOf = (operation: Operation, id: string): Route => ({
    ...common,
    id,
    path: prefix + routedPath(operation),
    methods: methodsOf(operation),
    face: "rest",
    operation: operation.id,
    formats: formatsOf(operation),
    source: operation.origin ?? source,
  });
  // What answers HEAD itself is asked before what answers it with GET.
  const ordered = contract.operations.toSorted((a, b) => Number(isHead(b)) - Number(isHead(a)));
  const routes = ordered.map((operation) => routeOf(operation, operation.id));
  for (const operation of contract.operations) {
    for (const [index, rest] of (operation.rest?.aliases ?? []).entries()) {
      routes.push(routeOf({ ...operation, rest }, `.rest.${operation.id}.${index + 2}`));
    }
  }
  routes.push({
    ...common,
    id: documentRouteId,
    path: `${prefix}/openapi.json`,
    methods: ["GET"],
    face: "rest",
  });
  routes.push({
    ...common,
    id: soapRouteId,
    path: `/soap/${name}`,
    methods: ["GET", "POST"],
    stripPrefix: "",
    face: "soap",
    ...soapVersionOf(contract),
  });
  routes.push(...grpcRoutes(name, contract, common));
  routes.push(...textRoutes(name, contract, common));
  return routes;
}

/** At the full names of the operations; `may` speaks of them by the operations' own names. */
function grpcRoutes(
  serviceName: string,
  { operations }: Contract,
  common: Pick<Route, "host" | "headers" | "source">,
): readonly Route[] {
  return Array.from(operationsByGrpcPath(serviceName, operations), ([path, operation]) => ({
    ...common,
    id: `.grpc.${operation.id}`,
    path,
    // Connect calls what changes nothing with GET, too.
    methods: operation.safety === "safe" ? ["GET", "POST"] : ["POST"],
    stripPrefix: "",
    face: "grpc",
    operation: operation.id,
    source: operation.origin ?? common.source,
  }));
}

/**
 * All operations at one address, where the text tells which one is meant, and each at its own.
 * Several at one address are again told apart by their text.
 */
function textRoutes(
  serviceName: string,
  { operations }: Contract,
  common: Pick<Route, "host" | "headers" | "source">,
): readonly Route[] {
  const spoken = operations.filter(({ text }) => text !== undefined);
  if (spoken.length === 0) return [];
  const prefix = `/text/${serviceName}`;
  const route = { ...common, stripPrefix: prefix, face: "text" as const };
  const routes: Route[] = [{ ...route, id: textRouteId, path: prefix, methods: ["POST"] }];
  const byAddress = new Map<string, Operation[]>();
  for (const operation of spoken) {
    const { method = "POST", path = "" } = operation.text?.http ?? {};
    const key = `${method} ${prefix}${path === "" ? `/${operation.id}` : path}`;
    byAddress.set(key, [...(byAddress.get(key) ?? []), operation]);
  }
  for (const [key, [first, ...others]] of byAddress) {
    const [method = "", path = ""] = key.split(" ");
    const { id, origin } = first as Operation;
    routes.push({
      ...route,
      id: `${textRouteId}.${id}`,
      path,
      methods: [method],
      ...(others.length === 0 ? { operation: id } : {}),
      source: origin ?? common.source,
    });
  }
  return routes;
}

/** Operations of a contract without SOAP are offered in SOAP 1.1. */
function soapVersionOf({ operations }: Contract): Pick<Route, "soapVersion"> {
  const versions = new Set(operations.map(({ soap }) => soap?.version ?? "1.1"));
  const [soapVersion] = versions;
  return versions.size === 1 && soapVersion !== undefined ? { soapVersion } : {};
}

function isHead({ rest }: Operation): boolean {
  return rest?.method === "HEAD";
}

function methodsOf({ rest, safety }: Operation): readonly string[] {
  if (rest !== undefined) return [rest.method];
  return safety === "safe" ? ["GET", "POST"] : ["POST"];
}

/** What both its body and its answer can be in; an operation with neither can be in any. */
function formatsOf({ rest }: Operation): readonly ("json" | "xml")[] {
  const responses = rest === undefined ? [] : [rest.success, ...(rest.success.also ?? [])];
  const lists = [rest?.body?.contents, ...responses.map(({ contents }) => contents)].filter(
    (contents) => contents !== undefined && contents.length > 0,
  );
  return (["json", "xml"] as const).filter((wanted) =>
    lists.every((contents) => contents?.some(({ format }) => format === wanted)),
  );
}

/**
 * The path as the router matches it, with parameters by the number of their segment: names that
 * contracts give them may be of any kind, and may tell that a value has several segments.
 */
export function routedPath({ id, rest }: Operation): string {
  if (rest === undefined) return `/${id}`;
  const { segments, rest: isOpen } = cutPath(rest.path);
  const routed = segments.map((segment, index) => {
    const isRest = isOpen && index === segments.length - 1;
    return segment.replaceAll(pathVariable, isRest ? "*" : `{p${index + 1}}`);
  });
  return `/${routed.join("/")}`;
}
