/** Checks by an operation: whether it can be called is known once contracts are read. */
import type { Diagnostic } from "#base/diagnostic.ts";
import { didYouMean } from "#base/nearest.ts";
import { takesStream } from "#call/problems.ts";
import type { Revision, Service } from "#configuration/configuration.ts";
import { encodeProbe } from "#gateway/probe-question.ts";
import { standardProtocols } from "./standard-protocols.ts";

export function checkHealth(
  services: readonly Service[],
  contracts: Revision["contracts"],
): readonly Diagnostic[] {
  return services.flatMap((service) => checkService(service, contracts));
}

function checkService(
  { name, health, speaks, contractFile }: Service,
  contracts: Revision["contracts"],
): readonly Diagnostic[] {
  const isByOperation = health?.check === "operation";
  const wanted = health?.operation;
  if (health === undefined || (!isByOperation && wanted === undefined)) return [];
  const finding = (severity: Diagnostic["severity"], message: string, suggestion?: string) => [
    {
      ...{ code: "bad-health-check", severity, message: `health of service ${name}: ${message}` },
      ...(suggestion !== undefined && { suggestion }),
    },
  ];
  if (!isByOperation) return finding("error", "`operation` needs `check: operation` beside it");
  if (wanted === undefined) return finding("error", "`check: operation` needs `operation`");
  if (contractFile === undefined) {
    return finding("error", `operation ${wanted} needs a \`contract\``);
  }
  const contract = contracts.get(name);
  // What is wrong with it has been told.
  if (contract === undefined) return [];
  const operation = contract.operations.find(({ id }) => id === wanted);
  if (operation === undefined) {
    const names = contract.operations.map(({ id }) => id);
    const hint = didYouMean(wanted, names);
    return finding("error", `the contract has no operation ${JSON.stringify(wanted)}`, hint);
  }
  const protocol = standardProtocols.find((one) => one.name === speaks);
  const upstream = protocol?.createUpstream?.({ serviceName: name, contract });
  if (upstream === undefined || takesStream(operation)) {
    return finding("error", `operation ${wanted} cannot be called as one request and one answer`);
  }
  const request = encodeProbe(upstream, { operation, input: {}, headers: {} });
  if (typeof request === "string") return finding("error", request);
  if (operation.safety === "safe") return [];
  const message = `the contract does not say that operation ${wanted} changes nothing`;
  return finding("warning", message);
}
