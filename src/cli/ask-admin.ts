/** One question to the admin port of a running gateway. */
import { nodePlatform } from "#base/platform.ts";
import { exitCode, type CommandInput } from "./command.ts";
import { complainOf } from "./ledger-folder.ts";

/** What the admin API answers, or what the command is to end with: why was told. */
export async function askAdmin(
  input: CommandInput,
  admin: string,
  path: string,
  method: "GET" | "POST" = "GET",
): Promise<unknown> {
  const url = `${admin.replace(/\/$/, "")}${path}`;
  let answer: Response;
  try {
    answer = await nodePlatform.sockets.fetch(url, { method });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const detail = `nobody answers at ${admin}: ${String(cause)}`;
    return complainOf(input, { code: "gateway-unreachable", detail });
  }
  const told = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
  if (answer.ok) return told;
  const { code = "gateway-refused", detail = `${url} answers ${answer.status}` } = told;
  const ends = complainOf(input, { code, detail });
  return answer.status === 404 ? exitCode.findings : ends;
}
