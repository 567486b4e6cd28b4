/**
 * The part of an explanation that tells at which speed a contract's service is called, and what
 * translation does on the way. The choice is that of admission.
 */
import { takesStream } from "#call/problems.ts";
import type { Contract, Dialect, Operation } from "#contract/contract.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { documentRouteId } from "./contract-routes.ts";
import type { ExplanationStep } from "./explain.ts";
import type { Speed, SpeedReason } from "./speed.ts";

/** Nothing for a route that is none of a contract's. */
export function explainTranslation(
  { route, service }: CompiledRoute,
  { kind, why }: Speed,
  contract: Contract | undefined,
): readonly ExplanationStep[] {
  const { face, operation: id } = route;
  if (face === undefined) return [];
  const speaks = service.speaks ?? face;
  const { source } = route;
  const operation = contract?.operations.find((one) => one.id === id);
  const asked = id ?? whatIsAsked(route.id, why);
  const steps: ExplanationStep[] = [
    {
      step: "face",
      verdict: "info",
      what: nameOf(face),
      why: `callers speak it here: ${asked}`,
      source,
    },
    { step: "speed", verdict: "info", what: kind, why: reasonOf(why, face, speaks) },
  ];
  if (kind === "pass" || why === "own-document") return steps;
  const called = operation === undefined ? "the operation in the body" : operation.id;
  const translate = (what: string, told: string): void => {
    steps.push({ step: "translation", verdict: "info", what, why: told });
  };
  const isStream = operation !== undefined && takesStream(operation) && speaks === "grpc";
  const read = isStream
    ? `the inputs of ${called} are read, checked and sent on one by one`
    : `the document of ${called} is read and checked whole`;
  translate(`${nameOf(face)} to a call`, read);
  translate(`the call to ${nameOf(speaks)}`, upstreamOf(speaks, operation));
  translate(
    `the answer to ${nameOf(face)}`,
    "read by the contract, faults told in the caller's dialect",
  );
  return steps;
}

function whatIsAsked(routeId: string, why: SpeedReason): string {
  if (routeId === documentRouteId) return "the OpenAPI document of the service";
  return why === "own-document" ? "the WSDL of the service" : "the body tells the operation";
}

const names: { readonly [dialect in Dialect]: string } = {
  rest: "REST",
  soap: "SOAP",
  grpc: "gRPC",
  graphql: "GraphQL",
  jsonrpc: "JSON-RPC",
  mcp: "MCP",
  text: "text",
};

function nameOf(dialect: Dialect): string {
  return names[dialect];
}

function reasonOf(why: SpeedReason, face: Dialect, speaks: Dialect): string {
  switch (why) {
    case "no-contract":
    case "same-dialect":
      return `the instances speak ${nameOf(face)}, too: bytes pass as they are`;
    case "other-dialect":
      return `the caller speaks ${nameOf(face)}, the instances speak ${nameOf(speaks)}`;
    case "other-format":
      return "a header names JSON or XML, which the instances do not have there";
    case "other-version":
      if (face === "grpc") return "it is not plain gRPC over HTTP/2, which the instances speak";
      return "the Content-Type is not that of the SOAP version that the instances speak";
    case "own-document":
      return "the gateway writes the document itself";
    case "permission":
      return "the caller may call some operations only, and the body tells which one it calls";
    case "text":
      return "each message is read: it tells its operation, and has to fit the contract";
    case "policy":
      return "a policy writes messages anew";
    case "proof":
      return "the message proves who calls (wsSecurity)";
    case "message-security":
      return "wsSecurity adds to the message what the instances want to see in it";
  }
}

/** How the instances are asked. */
function upstreamOf(speaks: Dialect, operation: Operation | undefined): string {
  if (operation === undefined) return "as the contract has it for the operation";
  if (speaks === "soap") {
    const { version = "1.1", action = "" } = operation.soap ?? {};
    const told = action === "" ? "no action" : `action ${action}`;
    return `SOAP ${version}, ${told}, POST to the URL of the instance`;
  }
  if (speaks !== "rest") return `operation ${operation.id}`;
  const { rest } = operation;
  if (rest === undefined) return `POST {instance}/${operation.id} as JSON`;
  const [content] = rest.body?.contents ?? [];
  const as = content === undefined ? "without a body" : `as ${content.mediaType}`;
  return `${rest.method} {instance}${rest.path} ${as}`;
}
