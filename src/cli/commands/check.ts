/** `parlance check`: everything that can be said about a configuration without running it. */
import { hasErrors } from "#base/diagnostic.ts";
import type { Revision } from "#configuration/configuration.ts";
import { exitCode, type Command } from "#cli/command.ts";
import {
  configOption,
  configPathOf,
  exitCodeOfRefusal,
  loadFile,
} from "#cli/configuration-file.ts";
import { count, countFindings, print, printDiagnostics, printJson } from "#cli/print.ts";

export const check: Command = {
  name: "check",
  summary: "Checks a configuration and says what is wrong, where, and what was meant.",
  positionals: [
    { name: "FILE", description: "The configuration, as --config.", isRequired: false },
  ],
  options: {
    config: configOption,
    strict: { description: "Warnings count as findings, too." },
  },
  examples: ["parlance check", "parlance check --strict environments/parlance.yaml"],
  exitCodes: {
    fine: "the gateway would start with it",
    findings: "there are errors; with --strict also when there are warnings",
    refused: "the file cannot be read",
  },
  async run(input) {
    const file = configPathOf(input, input.positionals[0]);
    const loaded = await loadFile(file);
    const { revision, diagnostics } = loaded;
    const isStrict = input.flag("strict");
    const isFine = !diagnostics.some(
      ({ severity }) => severity === "error" || (isStrict && severity === "warning"),
    );
    const facts = revision === undefined ? undefined : factsOf(revision);
    if (input.json) printJson({ file, isFine, ...facts, diagnostics });
    else {
      printDiagnostics(diagnostics);
      const contents =
        facts === undefined || hasErrors(diagnostics)
          ? ""
          : `; ${count(facts.services, "service")}, ${count(facts.routes, "route")}, ` +
            `${facts.callers === "open" ? "open to anybody" : count(facts.callers, "caller")}, ` +
            `revision ${facts.revision}`;
      print(`${file}: ${countFindings(diagnostics)}${contents}`);
    }
    return isFine ? exitCode.fine : exitCodeOfRefusal(loaded);
  },
};

function factsOf({ id, configuration }: Revision) {
  const { services, callers } = configuration;
  return {
    revision: id,
    services: services.length,
    routes: services.reduce((sum, { routes }) => sum + routes.length, 0),
    callers: callers === "open" ? callers : callers.length,
  };
}
