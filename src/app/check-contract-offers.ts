/** Operations that a service offers by name: whether there are such, the contract tells. */
import type { Diagnostic } from "#base/diagnostic.ts";
import { didYouMean } from "#base/nearest.ts";
import type { Configuration } from "#configuration/configuration.ts";
import { fits } from "#configuration/offers.ts";
import type { Contract } from "#contract/contract.ts";

export function checkContractOffers(
  { services }: Configuration,
  contracts: ReadonlyMap<string, Contract>,
): readonly Diagnostic[] {
  return services.flatMap(({ name, offers = {} }) => {
    const ids = contracts.get(name)?.operations.map(({ id }) => id);
    if (ids === undefined) return [];
    const listed = Object.entries(offers).flatMap(([dialect, patterns]) =>
      patterns.map((pattern) => ({ dialect, pattern })),
    );
    return listed.flatMap(({ dialect, pattern }): readonly Diagnostic[] => {
      if (ids.some((id) => fits(pattern, id))) return [];
      const suggestion = didYouMean(pattern, ids);
      const what = `service ${name}: ${JSON.stringify(pattern)} in \`${dialect}\``;
      return [
        {
          code: "unknown-offer",
          severity: "warning",
          message: `${what} is none of its operations, so it offers nothing`,
          ...(suggestion === undefined ? {} : { suggestion }),
        },
      ];
    });
  });
}
