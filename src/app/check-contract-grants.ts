/** Permissions for operations: that there are such operations is known once contracts are read. */
import type { Diagnostic } from "#base/diagnostic.ts";
import { didYouMean } from "#base/nearest.ts";
import { eachCaller } from "#configuration/callers.ts";
import type { Configuration } from "#configuration/configuration.ts";
import { grantedOperations } from "#configuration/grant.ts";

export function checkContractGrants({ services, callers }: Configuration): readonly Diagnostic[] {
  if (callers === "open") return [];
  const diagnostics: Diagnostic[] = [];
  const operations = new Map(
    services
      .filter(({ contractFile }) => contractFile !== undefined)
      .map(({ name, routes }) => [name, new Set(routes.map(({ id }) => `${name}.${id}`))]),
  );
  for (const { name, may } of eachCaller(callers)) {
    for (const grant of may) {
      const pattern = grantedOperations(grant);
      const known = operations.get(pattern.split(".")[0] ?? "");
      if (known === undefined || pattern.endsWith(".*") || known.has(pattern)) continue;
      const suggestion = didYouMean(pattern, known);
      diagnostics.push({
        code: "unknown-grant",
        severity: "warning",
        message: `caller ${name}: ${JSON.stringify(pattern)} is no operation, so it allows nothing`,
        ...(suggestion === undefined ? {} : { suggestion }),
      });
    }
  }
  return diagnostics;
}
