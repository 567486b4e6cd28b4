/** Who calls, and may it? What admission asks once the route is known. */
import type { Problem } from "#base/problem.ts";
import { fieldNames } from "#wire/field-names.ts";
import { presentedKey } from "./authorization.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
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
  const { head, peer } = exchange.caller;
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
  if (key !== undefined) {
    // A service that saw the key could call others in the caller's name.
    exchange.withheld = head.has(fieldNames["x-api-key"])
      ? fieldNames["x-api-key"]
      : fieldNames.authorization;
  }
  return undefined;
}

function keyIn({ caller: { head } }: ExchangeRecord): string | undefined {
  return head.has(fieldNames["x-api-key"]) || head.has(fieldNames.authorization)
    ? presentedKey((name) => head.field(name))
    : undefined;
}
