/** `wsSecurity` where no SOAP is: what services speak is known once contracts are read. */
import type { Diagnostic } from "#base/diagnostic.ts";
import { callerNameAt } from "#configuration/callers.ts";
import type { Configuration } from "#configuration/configuration.ts";

export function checkMessageSecurity({ services, callers }: Configuration): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const { name, wsSecurity, speaks } of services) {
    if (wsSecurity === undefined || speaks === "soap") continue;
    const message = `service ${name} has \`wsSecurity\` and speaks ${speaks}; expected SOAP`;
    diagnostics.push({ code: "ws-security-without-soap", severity: "error", message });
  }
  if (callers === "open" || services.some(({ routes }) => routes.some(isSoap))) return diagnostics;
  for (const [place, { wsSecurity }] of callers.proofs) {
    if (wsSecurity === undefined) continue;
    const name = callerNameAt(callers, place);
    const message = `caller ${name} proves who it is in SOAP, and no service has a contract for it`;
    diagnostics.push({ code: "proof-without-soap", severity: "warning", message });
  }
  return diagnostics;
}

function isSoap({ face }: Configuration["services"][number]["routes"][number]): boolean {
  return face === "soap";
}
