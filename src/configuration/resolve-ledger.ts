/** `ledger` with folders made absolute, and what a service says of it merged into the general. */
import { resolve, sep } from "node:path";
import type { Ledger, ServiceLedger } from "./configuration.ts";
import type { Declared, DeclaredService } from "./declared.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";

export function resolveLedger(
  declared: Declared["ledger"],
  folder: string,
  reporter: Reporter,
): Ledger | undefined {
  if (declared === "off") return undefined;
  const path = resolve(folder, declared.path);
  const checkpoints = resolve(folder, declared.checkpoints ?? `${declared.path}-checkpoints`);
  if (checkpoints === path || checkpoints.startsWith(path + sep)) {
    const message =
      `\`ledger.checkpoints\` is ${checkpoints}, which lies in the ledger's own folder: whoever ` +
      "sets back the one sets back the other";
    reporter.error(["ledger", "checkpoints"], "checkpoints-in-ledger", message, "another folder");
  }
  const { origin, mode, capture, retention } = declared;
  return { path, checkpoints, origin, mode, capture, retention: { ...retention } };
}

export function resolveServiceLedger(
  name: string,
  { ledger: own }: DeclaredService,
  general: Declared["ledger"],
  reporter: Reporter,
): ServiceLedger | undefined {
  if (general !== "off") {
    return {
      mode: own?.mode ?? general.mode,
      capture: own?.capture ?? general.capture,
      operations: { ...own?.operations },
      sensitive: [...(own?.sensitive ?? [])],
    };
  }
  if (own !== undefined) {
    const message = `\`ledger\` of service ${name} has no effect: the ledger is \`off\``;
    reporter.warning(["services", name, "ledger"], "ledger-is-off", message);
  }
  return undefined;
}
