/**
 * Who may call the admin API: programs, and pages that came from it. A page of another origin in an
 * operator's browser may not, neither directly nor under a name that leads here (DNS rebinding).
 */
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import type { Problem } from "#base/problem.ts";
import { problems } from "#control/problems.ts";

export function refusalOf(headers: IncomingHttpHeaders, adminHost: string): Problem | undefined {
  const { host = "", origin } = headers;
  const name = hostName(host);
  if (!isOwnName(name, adminHost)) {
    return problems["host-not-allowed"](
      `Host is ${JSON.stringify(host.slice(0, 100))}; expected localhost, an IP address or ` +
        `listen.adminHost (${adminHost})`,
    );
  }
  const site = headers["sec-fetch-site"];
  const isForeign = site !== undefined && site !== "same-origin" && site !== "none";
  if (
    isForeign ||
    (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
  ) {
    return problems["cross-origin"]("the request comes from a page of another origin");
  }
  return undefined;
}

/** Rebinding needs a name of the attacker's; an address in `Host` is none. */
function isOwnName(name: string, adminHost: string): boolean {
  return name === "localhost" || isIP(name) !== 0 || name === adminHost.toLowerCase();
}

function hostName(host: string): string {
  const bracketed = /^\[([0-9a-fA-F:.]+)\](?::\d+)?$/.exec(host);
  return (bracketed?.[1] ?? host.replace(/:\d+$/, "")).toLowerCase();
}
