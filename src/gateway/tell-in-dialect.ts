/** How a caller is told of a problem: in its dialect, as far as that is known. */
import type { Problem } from "#base/problem.ts";
import type { Reply } from "#call/call.ts";
import { faultOfProblem } from "#call/problems.ts";
import type { Dialect } from "#contract/contract.ts";
import type { FaceResponse } from "#extension/protocol.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import type { Snapshot } from "./snapshot.ts";
import { Translation } from "./translation.ts";

/**
 * A problem in the dialect that the caller is known to speak; undefined: problem+json will do,
 * which unknown faces get, and REST where nothing is translated.
 */
export function tellInDialect(
  exchange: ExchangeRecord,
  problem: Problem,
  translation: Translation | undefined,
): FaceResponse | undefined {
  if (translation !== undefined) return translation.tell(problem);
  // To what is no message of a caller without protocol, no message is the answer.
  const isMalformed = problem.definition.code === "malformed-request";
  if (isMalformed && exchange.caller.protocol === "TCP") return undefined;
  const { route, snapshot } = exchange;
  if (route === undefined) return tellAtHub(exchange, problem) ?? tellUnrouted(exchange, problem);
  if (route.route.face === undefined) return undefined;
  const dialect: Dialect = route.route.face;
  if (dialect === "rest" && route.service.speaks === "rest") return undefined;
  const translator = (snapshot as Snapshot).translators[route.serviceIndex];
  const face = translator?.face(dialect);
  if (translator === undefined || face === undefined) return undefined;
  return new Translation(exchange, face, translator).tell(problem);
}

/** The answer that a policy gives to a request that passes; undefined: no contract tells how. */
export function encodeInDialect(
  exchange: ExchangeRecord,
  reply: Reply,
  body: Buffer,
): FaceResponse | undefined {
  const { route, snapshot } = exchange;
  if (route?.route.face === undefined) return undefined;
  const translator = (snapshot as Snapshot).translators[route.serviceIndex];
  const face = translator?.face(route.route.face);
  if (translator === undefined || face === undefined) return undefined;
  return new Translation(exchange, face, translator).encodeFor(reply, body);
}

/** Of a request to a face over all services, which none of them has. */
function tellAtHub(exchange: ExchangeRecord, problem: Problem): FaceResponse | undefined {
  if (exchange.hubDialect === undefined) return undefined;
  const { head } = exchange.caller;
  const match = (exchange.snapshot as Snapshot).hubs.match(head);
  if (match?.kind !== "hub") return undefined;
  const request = { method: head.method, path: head.path, field: head.field.bind(head) };
  const fault = faultOfProblem(problem);
  const told = match.hub.tell(request, fault, exchange.id);
  return told && blamed({ ...told, fault });
}

/** Whatever its status, an answer that tells a failure says in its head who broke it. */
export function blamed(response: FaceResponse): FaceResponse {
  const { fault, fields } = response;
  if (fault === undefined || fields.some(([name]) => name === "parlance-fault")) return response;
  return { ...response, fields: [...fields, ["parlance-fault", fault.blame]] };
}

/** Only of a request that was read and compared with the routes. */
function tellUnrouted(exchange: ExchangeRecord, problem: Problem): FaceResponse | undefined {
  if (problem.definition.code !== "no-route") return undefined;
  const { head } = exchange.caller;
  const request = { method: head.method, path: head.path, field: head.field.bind(head) };
  for (const tell of (exchange.snapshot as Snapshot).unrouted) {
    const told = tell(request, faultOfProblem(problem), exchange.id);
    if (told !== undefined) return told;
  }
  return undefined;
}
