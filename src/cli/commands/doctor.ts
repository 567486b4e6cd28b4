/** `parlance doctor`: what is wrong round the gateway, and what to do about it. */
import { nodePlatform } from "#base/platform.ts";
import { exitCode, UsageError, type Command, type CommandInput } from "#cli/command.ts";
import {
  configOption,
  configPathOf,
  endWithRefusal,
  loadWithoutKeys,
} from "#cli/configuration-file.ts";
import { adminUrl } from "#cli/ledger-folder.ts";
import { print, printJson } from "#cli/print.ts";
import type { DoctorFinding } from "#app/doctor/finding.ts";

export const doctor: Command = {
  name: "doctor",
  summary: "Looks for side doors round the gateway, and for what is about to go wrong.",
  description: [
    "Asks every instance without the gateway's signature or any identity (one GET of its base " +
      "path): whoever answers anything but 401 or 403 has a side door. Run it where others than " +
      "the gateway are: what it cannot reach, they cannot.",
    "It also tells instances and issuers of tokens that cannot be reached, clocks that differ, " +
      "certificates that end soon, keys that others may read, ports that are taken, a gateway " +
      "that runs with another revision, and a ledger that cannot be written, has no room, is not " +
      "whole, or that the next start would refuse. Nothing is changed. Each finding says what to " +
      "do.",
  ],
  positionals: [],
  options: {
    config: configOption,
    admin: { value: "URL", description: "The admin port, instead of the configured one." },
    timeout: { value: "MS", description: "How long each instance is waited for. Default: 2000" },
    days: { value: "DAYS", description: "Tell certificates that end within them. Default: 30" },
    all: { description: "Show what is fine, too." },
  },
  examples: ["parlance doctor", "parlance doctor --config production.yaml --all --days 60"],
  exitCodes: {
    fine: "nothing is to be done",
    findings: "something is, or the configuration has errors",
    refused: "the configuration cannot be read",
  },
  async run(input) {
    const options = {
      timeoutMs: numberOf(input, "timeout", 2_000, 60_000),
      daysMin: numberOf(input, "days", 30, 3_650),
    };
    const loaded = await loadWithoutKeys(configPathOf(input));
    if (loaded.revision === undefined) return endWithRefusal(input, loaded);
    const { examine } = await import("#app/doctor/doctor.ts");
    const admin = await adminUrl(input);
    const findings = await examine(loaded.revision, nodePlatform, { ...options, admin });
    const isFine = findings.every(({ severity }) => severity === "fine");
    if (input.json) printJson({ isFine, findings });
    else printFindings(findings, input.flag("all"));
    return isFine ? exitCode.fine : exitCode.findings;
  },
};

function numberOf(input: CommandInput, option: string, usual: number, max: number): number {
  const text = input.text(option);
  if (text === undefined) return usual;
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= max) return number;
  const shown = JSON.stringify(text.slice(0, 100));
  throw new UsageError(`--${option} is ${shown}; expected a whole number from 1 to ${max}`);
}

const marks = { error: "!", warning: "-", fine: "+" } as const;

function printFindings(findings: readonly DoctorFinding[], showsAll: boolean): void {
  for (const { check, severity, subject, what, advice } of findings) {
    if (severity === "fine" && !showsAll) continue;
    print(`${marks[severity]} ${check.padEnd(11)}  ${subject}: ${clean(what)}`);
    if (advice !== undefined) print(`               ${advice}`);
  }
  const count = (wanted: DoctorFinding["severity"]): number =>
    findings.filter(({ severity }) => severity === wanted).length;
  print(`${count("error")} wrong, ${count("warning")} to look at, ${count("fine")} fine`);
}

/** What others sent may hold what a terminal obeys. */
function clean(said: string): string {
  return said.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}
