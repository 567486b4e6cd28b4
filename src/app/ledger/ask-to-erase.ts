/** Asks the gateway that writes a ledger to erase a subject. */
import { isProblem, type Problem } from "#base/problem.ts";
import { askGateway } from "./ask-gateway.ts";
import type { Erased } from "./erase-running.ts";
import type { LedgerHolder } from "./erase-stopped.ts";

/** @param admin where its admin port is believed to be; undefined: nobody knows. */
export async function askToErase(
  admin: string | undefined,
  holder: LedgerHolder,
  order: { readonly subject: string; readonly by: string; readonly why: string },
): Promise<Erased | Problem> {
  const { subject, by, why: reason } = order;
  const query = new URLSearchParams({ subject, by, reason, origin: holder.origin });
  const asked = await askGateway(
    admin,
    holder,
    "POST",
    `/api/v1/ledger/erasures?${query.toString()}`,
  );
  return isProblem(asked) ? asked : (asked as unknown as Erased);
}
