/** POST /api/v1/ledger/erasures */
import { isProblem } from "#base/problem.ts";
import type { Operation } from "#control/admin-api/operation.ts";
import { noLedger, problems } from "#control/problems.ts";

export const eraseSubject: Operation = async ({ estate, query }) => {
  if (estate.eraseSubject === undefined) return { kind: "problem", problem: noLedger() };
  const [subject, why] = [query.get("subject") ?? "", query.get("reason") ?? ""];
  for (const [name, value] of Object.entries({ subject, reason: why })) {
    if (value.trim() !== "") continue;
    const problem = problems["bad-parameter"](`${name} is missing; expected text`);
    return { kind: "problem", problem };
  }
  const by = query.get("by") ?? "admin API";
  const origin = query.get("origin") ?? undefined;
  const erased = await estate.eraseSubject({ subject, by, why, origin });
  if (isProblem(erased)) return { kind: "problem", problem: erased };
  return { kind: "json", value: erased };
};
