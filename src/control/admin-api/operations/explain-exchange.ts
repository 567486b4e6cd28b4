/** GET /api/v1/explain/{exchange} */
import { isProblem } from "#base/problem.ts";
import type { Operation } from "#control/admin-api/operation.ts";
import { badExchange, noLedger } from "#control/problems.ts";

export const explainExchange: Operation = async ({ estate, query, parameters }) => {
  if (estate.explainExchange === undefined) return { kind: "problem", problem: noLedger() };
  const exchange = (parameters["exchange"] ?? "").replaceAll("-", "").toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(exchange)) return { kind: "problem", problem: badExchange(exchange) };
  const told = await estate.explainExchange(exchange, query.get("by") ?? "admin API");
  return isProblem(told) ? { kind: "problem", problem: told } : { kind: "json", value: told };
};
