/** Who calls, and may it? What admission asks once the route is known. */
import type { Problem } from "#base/problem.ts";
import { fieldNames } from "#wire/field-names.ts";
import type { Authorization } from "./authorization.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import {
  bearerBeside,
  conflictBeside,
  dropBearerBeside,
  fieldSentTwice,
  presentedKey,
} from "./header-keys.ts";
import { hasProof, type Findings, type Identity } from "./identity.ts";
import { proofAsked } from "./message-proof.ts";
import { notPermitted } from "./operation-permission.ts";
import { problems } from "./problems.ts";
import type { Snapshot } from "./snapshot.ts";

/** By key in a header, where there is no other proof. */
export function authorizeByKey(
  exchange: ExchangeRecord,
  snapshot: Snapshot,
  route: CompiledRoute,
): Problem | undefined {
  const twice = fieldSentTwice(exchange.caller.head);
  if (twice !== undefined) return twice;
  const key = keyIn(exchange);
  const stranger = identifyByKey(exchange, snapshot, key);
  return authorize(exchange, snapshot, route, stranger, key !== undefined);
}

export function authorizeByFindings(
  exchange: ExchangeRecord,
  snapshot: Snapshot,
  route: CompiledRoute,
  found: Findings,
): Problem | undefined {
  const stranger = (snapshot.identity as Identity).conclude(exchange, found);
  return authorize(exchange, snapshot, route, stranger, hasProof(found));
}

function authorize(
  exchange: ExchangeRecord,
  snapshot: Snapshot,
  route: CompiledRoute,
  stranger: Problem | undefined,
  hasSent: boolean,
): Problem | undefined {
  const { authorization, translators } = snapshot;
  if (stranger === undefined || !hasSent) {
    exchange.proof = proofAsked(exchange, snapshot, route, hasSent);
    if (exchange.proof === "required") return undefined;
  }
  if (stranger !== undefined) return stranger;
  if (authorization.may(exchange.callerIndex, route.index, exchange)) return undefined;
  // Which operation a SOAP request is for is not known yet, and documents go with any of them.
  const isOperation = route.route.face === undefined || route.route.operation !== undefined;
  const within = isOperation ? [] : (translators[route.serviceIndex]?.routes ?? []);
  const may = (index: number): boolean => authorization.may(exchange.callerIndex, index, exchange);
  if (within.some(may)) return undefined;
  const what = `${route.service.name}.${route.route.id}`;
  return notPermitted(exchange, what, [route.index, ...within]);
}

/** Notes who calls, by key in a header or anonymous. */
export function identifyByKey(
  exchange: ExchangeRecord,
  { authorization }: Snapshot,
  key: string | undefined = keyIn(exchange),
): Problem | undefined {
  const { peer } = exchange.caller;
  exchange.callerIndex =
    peer.caller === undefined
      ? authorization.callerOf(key)
      : authorization.callerNamed(peer.caller);
  if (exchange.callerIndex === undefined) {
    return problems["caller-unknown"](
      key === undefined
        ? "no key was sent, as X-Api-Key or Authorization: Bearer"
        : "the key belongs to no caller",
    );
  }
  if (key === undefined) return undefined;
  const problem = withholdKeys(exchange, authorization);
  if (problem === undefined && peer.caller === undefined) {
    exchange.callerKey = authorization.numberOfKey(key);
  }
  return problem;
}

/** A service that saw a key could call others in the caller's name. */
function withholdKeys(exchange: ExchangeRecord, authorization: Authorization): Problem | undefined {
  const { head } = exchange.caller;
  if (!head.has(fieldNames["x-api-key"])) {
    exchange.withheld = fieldNames.authorization;
    return undefined;
  }
  exchange.withheld = fieldNames["x-api-key"];
  if (!head.has(fieldNames.authorization)) return undefined;
  const beside = bearerBeside((name) => head.field(name));
  const problem = conflictBeside(beside, exchange.callerIndex as number, authorization);
  if (problem === undefined) dropBearerBeside(head, authorization);
  else {
    exchange.callerIndex = undefined;
    exchange.withheld = 0;
  }
  return problem;
}

function keyIn({ caller: { head } }: ExchangeRecord): string | undefined {
  return head.has(fieldNames["x-api-key"]) || head.has(fieldNames.authorization)
    ? presentedKey((name) => head.field(name))
    : undefined;
}
