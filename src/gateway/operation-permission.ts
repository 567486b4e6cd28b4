/** The permission for an operation that only the decoded document names, as in SOAP. */
import type { Problem } from "#base/problem.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import { problems } from "./problems.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Translator } from "./translators.ts";

export function refuseOperation(
  exchange: ExchangeRecord,
  translator: Translator,
  operationId: string,
): Problem | undefined {
  const { snapshot, callerIndex, route } = exchange;
  const { authorization, callerName } = snapshot as Snapshot;
  if (authorization.open) return undefined;
  if (authorization.may(callerIndex, translator.routeOf(operationId) ?? -1, exchange))
    return undefined;
  const service = route?.service.name ?? "";
  const name = callerName(callerIndex ?? -1);
  return problems["caller-not-permitted"](`caller ${name} may not call ${service}.${operationId}`);
}
