/** GET /ledger/checkpoints/{epoch} */
import { isProblem } from "#base/problem.ts";
import type { Operation } from "#control/admin-api/operation.ts";
import { noLedger, problems } from "#control/problems.ts";

export const getClosingCheckpoint: Operation = ({ estate, parameters }) => {
  if (estate.ledger === undefined) return { kind: "problem", problem: noLedger() };
  const epoch = parameters["epoch"] ?? "";
  if (!/^[1-9]\d{0,8}$/.test(epoch)) {
    const detail = `epoch is ${JSON.stringify(epoch.slice(0, 100))}; expected a number from 1 on`;
    return { kind: "problem", problem: problems["bad-parameter"](detail) };
  }
  const bytes = estate.ledger.closingCheckpoint(Number(epoch));
  if (isProblem(bytes)) return { kind: "problem", problem: bytes };
  return { kind: "bytes", bytes, type: "text/plain; charset=utf-8" };
};
