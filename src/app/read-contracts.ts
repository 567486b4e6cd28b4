/**
 * What needs the protocols' code of a configuration: its contracts, and what dialects lose of them.
 * Imported only where a service has a contract; the code takes 80 ms to load.
 */
import { nodePlatform } from "#base/platform.ts";
import type { Service } from "#configuration/configuration.ts";
import type { Contract } from "#contract/contract.ts";
import type { FidelityReport } from "#contract/fidelity.ts";
import { reportFidelity } from "./fidelity-report.ts";
import { standardProtocols } from "./standard-protocols.ts";

export { addFaces, importContracts } from "./import-contracts.ts";

export function reportServices(
  services: readonly Service[],
  contracts: ReadonlyMap<string, Contract>,
): FidelityReport {
  const reported = services.flatMap(({ name, contractFile, speaks }) => {
    const contract = contracts.get(name);
    return contract === undefined ? [] : [{ name, contract, contractFile, speaks }];
  });
  const { clock } = nodePlatform;
  return reportFidelity(reported, { protocols: standardProtocols, clock });
}
