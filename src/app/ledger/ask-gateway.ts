/** Asks the gateway that writes a ledger on its admin port. */
import { nodePlatform } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import { problems as bodyProblems } from "#ledger/bodies/problems.ts";
import { problems } from "#ledger/store/problems.ts";
import type { LedgerHolder } from "./erase-stopped.ts";

/** @param admin where its admin port is believed to be; undefined: nobody knows. */
export async function askGateway(
  admin: string | undefined,
  holder: LedgerHolder,
  method: "GET" | "POST",
  path: string,
): Promise<Record<string, unknown> | Problem> {
  const held = (more: string): Problem =>
    problems["ledger-locked"](`the ledger is written by ${holder.name}, and ${more}`);
  if (admin === undefined) return held("its admin port is not known; name it with --admin");
  let answer: Response;
  try {
    answer = await nodePlatform.sockets.fetch(`${admin.replace(/\/$/, "")}${path}`, { method });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return held(`nobody answers at ${admin}: ${String(cause)}; name its admin port with --admin`);
  }
  const value = (await answer.json().catch(() => undefined)) as Record<string, unknown> | undefined;
  if (answer.ok) return value ?? {};
  const told = value?.["detail"];
  const detail = typeof told === "string" ? told : `status ${answer.status}`;
  const own = [...problems.definitions, ...bodyProblems.definitions];
  const definition = own.find(({ code }) => code === value?.["code"]);
  return definition === undefined ? held(`refuses: ${detail}`) : { definition, detail };
}
