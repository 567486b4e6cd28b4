/** GET /api/v1/ledger/entries */
import { isProblem } from "#base/problem.ts";
import type { Operation } from "#control/admin-api/operation.ts";
import { noLedger } from "#control/problems.ts";

export const listEntries: Operation = async ({ estate, query }) => {
  if (estate.ledger === undefined) return { kind: "problem", problem: noLedger() };
  const parameter = (name: string): string | undefined =>
    name === "query" ? query.toString() : (query.get(name) ?? undefined);
  const found = await estate.ledger.entries(parameter, query.get("by") ?? "admin API");
  return isProblem(found) ? { kind: "problem", problem: found } : { kind: "json", value: found };
};
