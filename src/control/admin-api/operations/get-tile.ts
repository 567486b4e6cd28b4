/** GET /ledger/tile/{path} */
import { isProblem } from "#base/problem.ts";
import type { Operation } from "#control/admin-api/operation.ts";
import { noLedger } from "#control/problems.ts";

export const getTile: Operation = async ({ estate, parameters }) => {
  if (estate.ledger === undefined) return { kind: "problem", problem: noLedger() };
  const bytes = await estate.ledger.tile(`tile/${parameters["path"] ?? ""}`);
  if (isProblem(bytes)) return { kind: "problem", problem: bytes };
  return { kind: "bytes", bytes, type: "application/octet-stream" };
};
