/** GET /ledger/checkpoint */
import { isProblem } from "#base/problem.ts";
import type { Operation } from "#control/admin-api/operation.ts";
import { noLedger } from "#control/problems.ts";

export const getCheckpoint: Operation = ({ estate }) => {
  if (estate.ledger === undefined) return { kind: "problem", problem: noLedger() };
  const bytes = estate.ledger.checkpoint();
  if (isProblem(bytes)) return { kind: "problem", problem: bytes };
  return { kind: "bytes", bytes, type: "text/plain; charset=utf-8" };
};
