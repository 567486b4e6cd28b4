/** What no schema can say of the options. */
import { nearest } from "#base/nearest.ts";
import type { CheckedSite, OptionFinding } from "#extension/policy.ts";
import type { Options } from "./settings.ts";

export function checkOptions(options: Options, site: CheckedSite): readonly OptionFinding[] {
  const findings = Object.keys(options.times).flatMap((name) => checkTimed(name, site));
  const { answerBytesMax, bytesMax } = options;
  if (answerBytesMax <= bytesMax) return findings;
  const message = `${answerBytesMax} is more than bytesMax, ${bytesMax}: no such answer has room`;
  return [...findings, { path: ["answerBytesMax"], severity: "error", message }];
}

function checkTimed(name: string, { serviceName, contract }: CheckedSite): OptionFinding[] {
  const error = (message: string, suggestion?: string): OptionFinding[] => {
    const found = { path: ["times", name], severity: "error" as const, message };
    return [suggestion === undefined ? found : { ...found, suggestion }];
  };
  if (serviceName === undefined) {
    if (name.includes(".")) return [];
    return error(`${name} is no operation of a service; expected service.operation`);
  }
  const own = name.startsWith(`${serviceName}.`) ? name.slice(serviceName.length + 1) : name;
  if (contract === undefined) {
    return error(`service ${serviceName} has no contract, so it has no operation ${own}`);
  }
  const operation = contract.operations.find(({ id }) => id === own);
  if (operation === undefined) {
    const ids = contract.operations.map(({ id }) => id);
    return error(`service ${serviceName} has no operation ${own}`, nearest(own, ids));
  }
  if (operation.safety === "safe") return [];
  return error(
    `${own} is ${operation.safety} by its contract; only answers of safe operations are kept`,
  );
}
