/** What a caller is refused with that may not call an operation. */
import type { Problem } from "#base/problem.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import { problems } from "./problems.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Translator } from "./translators.ts";

/** Of one that only the decoded document names, as in SOAP. */
export function refuseOperation(
  exchange: ExchangeRecord,
  translator: Translator,
  operationId: string,
): Problem | undefined {
  const { snapshot, callerIndex, route } = exchange;
  const { authorization } = snapshot as Snapshot;
  if (authorization.open) return undefined;
  const index = translator.routeOf(operationId) ?? -1;
  if (authorization.may(callerIndex, index, exchange)) return undefined;
  return notPermitted(exchange, `${route?.service.name ?? ""}.${operationId}`, [index]);
}

/** @param routes any of which would do. */
export function notPermitted(
  exchange: ExchangeRecord,
  what: string,
  routes: readonly number[],
): Problem {
  const { callerIndex } = exchange;
  const { authorization, callerName } = exchange.snapshot as Snapshot;
  const who = `caller ${callerName(callerIndex ?? -1)} may`;
  for (const route of routes) {
    const scopes = authorization.scopesFor(callerIndex, route, exchange);
    if (scopes === undefined) continue;
    const detail = `${who} call ${what} with scope ${scopes.join(" ")}, which its proof lacks`;
    return problems["scope-missing"](detail, { scopes });
  }
  return problems["caller-not-permitted"](`${who} not call ${what}`);
}
