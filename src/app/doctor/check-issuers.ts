/** Whether issuers of tokens show their keys, and what time they have: tokens count by it. */
import type { Platform } from "#base/platform.ts";
import type { Configuration } from "#configuration/configuration.ts";
import type { Issuer, TokenOptions } from "#proofs/token/options.ts";
import { clockOf } from "./check-clock.ts";
import { fine, type DoctorFinding } from "./finding.ts";

export async function checkIssuers(
  { identity }: Configuration,
  platform: Pick<Platform, "sockets" | "clock">,
  timeoutMs: number,
): Promise<readonly DoctorFinding[]> {
  const { issuers = {} } = (identity?.options["token"] ?? {}) as TokenOptions;
  const checked = Object.entries(issuers).map(([name, issuer]) =>
    checkIssuer(name, issuer, platform, timeoutMs),
  );
  return (await Promise.all(checked)).flat();
}

async function checkIssuer(
  name: string,
  { issuer, jwksFile, jwksUri, introspection }: Issuer,
  { sockets, clock }: Pick<Platform, "sockets" | "clock">,
  timeoutMs: number,
): Promise<readonly DoctorFinding[]> {
  // Nothing is fetched of it, or only with credentials.
  if (jwksFile !== undefined || introspection !== undefined) return [];
  const url = jwksUri ?? `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const subject = `issuer ${name} at ${url}`;
  const advice = "correct its URL, or let the gateway reach it; tokens are answered with 503";
  const fail = (what: string): readonly DoctorFinding[] => [
    { check: "reach", severity: "error", subject, what, advice },
  ];
  let answer: Response;
  let document: Readonly<Record<string, unknown>>;
  try {
    answer = await sockets.fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!answer.ok) return fail(`it answers ${answer.status}`);
    document = (await answer.json()) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return fail(cause instanceof Error ? cause.message : String(cause));
  }
  if (jwksUri === undefined && document["issuer"] !== issuer) {
    return fail(`it calls itself ${JSON.stringify(document["issuer"])?.slice(0, 200)}`);
  }
  const date = answer.headers.get("date") ?? undefined;
  return [fine("reach", subject, "it shows its keys"), ...clockOf(subject, date, clock.nowMs())];
}
