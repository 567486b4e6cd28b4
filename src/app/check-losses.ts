/** Holds the fidelity report against what services allow to get lost. */
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Service } from "#configuration/configuration.ts";
import type { FidelityReport, Finding, Grade } from "#contract/fidelity.ts";

/** One diagnostic for each service and face that loses too much. */
export function checkLosses(
  { findings, operations }: FidelityReport,
  services: readonly Service[],
  maxLoss: Grade | undefined,
): readonly Diagnostic[] {
  const tooMuch = new Map<string, Finding[]>();
  const allowed = new Map(services.map((service) => [service.name, maxLoss ?? service.maxLoss]));
  for (const finding of findings) {
    const limit = allowed.get(finding.service);
    if (limit === undefined || finding.grade <= limit) continue;
    const key = `${finding.service} ${finding.face}`;
    const known = tooMuch.get(key);
    if (known === undefined) tooMuch.set(key, [finding]);
    else known.push(finding);
  }
  return [...tooMuch.values()].flatMap((losses): readonly Diagnostic[] => {
    const [first] = losses.toSorted((a, b) => (a.grade < b.grade ? 1 : -1));
    if (first === undefined) return [];
    const { service, face, operation, direction, grade, code, message, source, knob } = first;
    const lossy = new Set(losses.map((loss) => loss.operation)).size;
    const all = operations.filter((one) => one.service === service && one.face === face).length;
    const what = `${lossy} of ${all} operations of ${service} lose more as ${face}`;
    const text =
      `${what} than maxLoss ${allowed.get(service)} allows; the worst is ${operation}, ` +
      `${direction}, ${grade} ${code}: ${message}`;
    const place = source === undefined ? {} : { source };
    return [
      { code: "loss-too-large", severity: "error", message: text, suggestion: knob, ...place },
    ];
  });
}
