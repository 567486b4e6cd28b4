/** `callers` with keys turned into digests and every `may` compared with what there is to call. */
import { didYouMean } from "#base/nearest.ts";
import type { Caller, CallerSecurity, Service } from "./configuration.ts";
import type { Declared, DeclaredCaller } from "./declared.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";
import { grantedOperations } from "./grant.ts";
import { digestKeys } from "./resolve-caller-keys.ts";
import { resolveProofs, type ProofSurroundings } from "./resolve-identity.ts";
import { resolveCallerSecurity } from "./resolve-security.ts";

export function resolveCallers(
  declared: Declared["callers"],
  services: readonly Service[],
  surroundings: ProofSurroundings,
): "open" | readonly Caller[] {
  const { reporter } = surroundings;
  if (declared === "open") {
    const message = "anybody may call every service; meant for local work only";
    reporter.info(["callers"], "open-to-anybody", message);
    return "open";
  }
  const entries = Object.entries(declared ?? {});
  if (entries.length === 0) {
    const message =
      "nobody may call anything: `callers` lists no caller, and who is not listed is refused";
    const suggestion = "list callers with their keys, or write `callers: open` for local work";
    reporter.warning(["callers"], "nobody-may-call", message, suggestion);
  }
  const owners = new Map<string, string>();
  const owned = new Map<string, string>();
  const callables = callablesOf(services);
  const withContract = new Set(
    services.flatMap(({ name, contractFile }) => (contractFile === undefined ? [] : [name])),
  );
  return entries.map(([name, caller]) => {
    const keysSha256 = digestKeys(name, caller, owners, reporter);
    checkGrants(name, caller, callables, withContract, reporter);
    const proofs = resolveProofs(name, caller, surroundings);
    const known = {
      name,
      keysSha256,
      may: caller.may,
      ...(proofs.length > 0 && { proofs }),
    };
    if (caller.wsSecurity === undefined) return known;
    const wsSecurity = resolveCallerSecurity(name, caller.wsSecurity, surroundings);
    checkProof(name, wsSecurity, owned, reporter);
    return { ...known, wsSecurity };
  });
}

/** A message must prove one caller. */
function checkProof(
  name: string,
  { password, signature }: CallerSecurity,
  owners: Map<string, string>,
  reporter: Reporter,
): void {
  const { certificateFile, authorityFile, name: issuedTo } = signature ?? {};
  const proof = JSON.stringify([password?.username, certificateFile, authorityFile, issuedTo]);
  const owner = owners.get(proof);
  if (owner === undefined) owners.set(proof, name);
  else {
    const message = `callers ${owner} and ${name} have the same proof; it must name one caller`;
    reporter.error(["callers", name, "wsSecurity"], "shared-proof", message);
  }
}

function checkGrants(
  name: string,
  caller: DeclaredCaller,
  callables: ReadonlySet<string>,
  withContract: ReadonlySet<string>,
  reporter: Reporter,
): void {
  for (const [index, grant] of caller.may.entries()) {
    const isText = typeof grant === "string";
    if (!isText && grant.scopes !== undefined && caller["token"] === undefined) {
      const message = `caller ${name} has no \`token\`, and no other proof tells scopes`;
      reporter.warning(["callers", name, "may", index, "scopes"], "scopes-unknown", message);
    }
    const pattern = grantedOperations(grant);
    if (callables.has(pattern)) continue;
    // Which operations a contract has is known once it is read.
    const [service = "", operation = "*"] = pattern.split(".");
    if (withContract.has(service) && operation !== "*") continue;
    const path = ["callers", name, "may", index, ...(isText ? [] : ["operations"])];
    const shown = JSON.stringify(pattern.slice(0, 200));
    if (!/^(?:\*|[^\s.*]+\.(?:\*|[^\s.*]+))$/.test(pattern)) {
      const expected = "expected `*`, `service.*` or `service.route`";
      const message = `${shown} is not possible; ${expected}`;
      const whole = `${pattern}.*`;
      const hint = callables.has(whole) ? `did you mean \`${whole}\`?` : undefined;
      reporter.error(path, "bad-grant", message, hint);
    } else {
      const message = `${shown} matches no service and route, so it allows nothing`;
      reporter.warning(path, "unknown-grant", message, didYouMean(pattern, callables));
    }
  }
}

function callablesOf(services: readonly Service[]): ReadonlySet<string> {
  const callables = new Set(["*"]);
  for (const { name, routes } of services) {
    callables.add(`${name}.*`);
    for (const { id } of routes) callables.add(`${name}.${id}`);
  }
  return callables;
}
