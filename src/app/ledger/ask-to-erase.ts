/** Asks the gateway that writes a ledger to erase a subject, on its admin port. */
import { nodePlatform } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import { problems } from "#ledger/store/problems.ts";
import { problems as bodyProblems } from "#ledger/bodies/problems.ts";
import type { Erased } from "./erase-running.ts";
import type { LedgerHolder } from "./erase-stopped.ts";

/** @param admin where its admin port is believed to be; undefined: nobody knows. */
export async function askToErase(
  admin: string | undefined,
  holder: LedgerHolder,
  order: { readonly subject: string; readonly by: string; readonly why: string },
): Promise<Erased | Problem> {
  const held = (more: string): Problem =>
    problems["ledger-locked"](`the ledger is written by ${holder.name}, and ${more}`);
  if (admin === undefined) return held("its admin port is not known; name it with --admin");
  const { subject, by, why: reason } = order;
  const query = new URLSearchParams({ subject, by, reason, origin: holder.origin });
  const url = `${admin.replace(/\/$/, "")}/api/v1/ledger/erasures?${query}`;
  let answer: Response;
  try {
    answer = await nodePlatform.sockets.fetch(url, { method: "POST" });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return held(`nobody answers at ${admin}: ${String(cause)}; name its admin port with --admin`);
  }
  const value = (await answer.json().catch(() => undefined)) as Record<string, unknown> | undefined;
  if (answer.ok) return value as unknown as Erased;
  const detail = String(value?.["detail"] ?? `status ${answer.status}`);
  const own = [...problems.definitions, ...bodyProblems.definitions];
  const definition = own.find(({ code }) => code === value?.["code"]);
  return definition === undefined ? held(`refuses: ${detail}`) : { definition, detail };
}
