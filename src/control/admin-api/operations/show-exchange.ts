/** GET /api/v1/ledger/exchanges/{exchange} */
import { isProblem } from "#base/problem.ts";
import type { Operation } from "#control/admin-api/operation.ts";
import { badExchange, noLedger } from "#control/problems.ts";

export const showExchange: Operation = async ({ estate, query, parameters }) => {
  if (estate.ledger === undefined) return { kind: "problem", problem: noLedger() };
  const exchange = (parameters["exchange"] ?? "").replaceAll("-", "").toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(exchange)) return { kind: "problem", problem: badExchange(exchange) };
  const bodies = query.get("bodies") === "true";
  const by = query.get("by") ?? "admin API";
  const shown = await estate.ledger.exchange(exchange, bodies, by);
  return isProblem(shown) ? { kind: "problem", problem: shown } : { kind: "json", value: shown };
};
