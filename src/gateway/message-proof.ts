/** Whether the message itself has to prove who calls, or may, and what follows from its proof. */
import type { Problem } from "#base/problem.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import { problems } from "./problems.ts";
import type { Snapshot } from "./snapshot.ts";

/** Once it is known who calls by key, or that nobody does. @param hasKey whether one was sent. */
export function proofAsked(
  exchange: ExchangeRecord,
  { authorization, translators }: Snapshot,
  { route, serviceIndex }: CompiledRoute,
  hasKey: boolean,
): ExchangeRecord["proof"] {
  const { caller, callerIndex } = exchange;
  if (!authorization.byMessage || route.face !== "soap" || caller.head.method !== "POST") {
    return undefined;
  }
  if (hasKey) return authorization.provesByMessage(callerIndex) ? "optional" : undefined;
  // Who may call nothing need not be told what is wrong with its message.
  const mayCallAny = translators[serviceIndex]?.routes.some((index) =>
    authorization.may(callerIndex, index, exchange),
  );
  return mayCallAny === true ? "optional" : "required";
}

/** Notes who calls by the word of the message. @param proven name of the caller. */
export function acceptProof(
  exchange: ExchangeRecord,
  proven: string | undefined,
): Problem | undefined {
  if (proven === undefined) return undefined;
  const { authorization, callerName } = exchange.snapshot as Snapshot;
  const index = authorization.callerNamed(proven);
  const isKnown = exchange.withheld !== 0 || exchange.provedBy !== undefined;
  if (isKnown && exchange.callerIndex !== index) {
    const keyOf = callerName(exchange.callerIndex ?? -1);
    const first = `the ${exchange.authentication} is that of ${keyOf}`;
    const detail = `${first}, and the message proves to be from ${proven}`;
    return problems["caller-unknown"](detail);
  }
  exchange.callerIndex = index;
  exchange.provenByMessage = true;
  return undefined;
}
