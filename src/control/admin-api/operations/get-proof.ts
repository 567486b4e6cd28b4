/** GET /ledger/proof/{exchange} */
import { isProblem } from "#base/problem.ts";
import type { Operation } from "#control/admin-api/operation.ts";
import { badExchange, noLedger } from "#control/problems.ts";

export const getProof: Operation = async ({ estate, parameters }) => {
  if (estate.ledger === undefined) return { kind: "problem", problem: noLedger() };
  const exchange = (parameters["exchange"] ?? "").replaceAll("-", "").toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(exchange)) return { kind: "problem", problem: badExchange(exchange) };
  const bytes = await estate.ledger.proof(exchange);
  if (isProblem(bytes)) return { kind: "problem", problem: bytes };
  return { kind: "bytes", bytes, type: "text/plain; charset=utf-8" };
};
