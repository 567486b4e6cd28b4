/** `parlance check`: everything that can be said about a configuration without running it. */
import { hasErrors } from "#base/diagnostic.ts";
import { nodePlatform } from "#base/platform.ts";
import type { Revision } from "#configuration/configuration.ts";
import { grades, type Grade } from "#contract/fidelity.ts";
import { exitCode, UsageError, type Command } from "#cli/command.ts";
import { fidelityTable } from "#cli/fidelity-table.ts";
import { complainOf } from "#cli/ledger-folder.ts";
import { configOption, configPathOf, exitCodeOfRefusal } from "#cli/configuration-file.ts";
import { count, countFindings, print, printDiagnostics, printJson } from "#cli/print.ts";

export const check: Command = {
  name: "check",
  summary: "Checks a configuration and says what is wrong, where, and what was meant.",
  description: [
    "For services with a contract it says what each dialect carries of it, by operation: L0 " +
      "exact, L1 in another spelling, L2 with values or states refused or merged, L3 not at all. " +
      "The grades are tested: messages made from the contract are sent through and back.",
  ],
  positionals: [
    { name: "FILE", description: "The configuration, as --config.", isRequired: false },
  ],
  options: {
    config: configOption,
    strict: { description: "Warnings count as findings, too." },
    "write-lock": {
      description:
        "Write parlance.lock beside the configuration: the names of operations, types and their " +
        "members, and numbers, which then stay when a contract grows or is put in another order; " +
        "and how operations are called, so that later checks tell what their callers lose.",
    },
    "max-loss": {
      value: "GRADE",
      description:
        "The most that other dialects may lose of any service: L0, L1, L2 or L3. More is an " +
        "error. Default: the service's `maxLoss`.",
    },
  },
  examples: [
    "parlance check",
    "parlance check --strict environments/parlance.yaml",
    "parlance check --max-loss L2",
  ],
  exitCodes: {
    fine: "the gateway would start with it",
    findings: "there are errors; with --strict also when there are warnings",
    refused: "the file cannot be read, or parlance.lock not be written",
  },
  async run(input) {
    const file = configPathOf(input, input.positionals[0]);
    const maxLoss = gradeOf(input.text("max-loss"));
    const { loadRevision } = await import("#app/load-revision.ts");
    const loaded = await loadRevision({ path: file, maxLoss }, nodePlatform);
    const { revision, fidelity } = loaded;
    const written =
      revision !== undefined && input.flag("write-lock") ? await saveLock(file, revision) : "";
    if (typeof written === "object") {
      const { path, reason } = written;
      const detail = `${path} cannot be written: ${reason}`;
      return complainOf(input, { code: "lock-not-written", detail });
    }
    // What the lock was behind with is in it now.
    const diagnostics = loaded.diagnostics.filter(
      ({ code }) => written === "" || !code.startsWith("lock-"),
    );
    const isStrict = input.flag("strict");
    const isFine = !diagnostics.some(
      ({ severity }) => severity === "error" || (isStrict && severity === "warning"),
    );
    const facts = revision === undefined ? undefined : factsOf(revision);
    if (input.json) printJson({ file, isFine, ...facts, diagnostics, fidelity });
    else {
      printDiagnostics(diagnostics);
      for (const line of fidelity === undefined ? [] : fidelityTable(fidelity)) print(line);
      const contents =
        facts === undefined || hasErrors(diagnostics)
          ? ""
          : `; ${count(facts.services, "service")}, ${count(facts.routes, "route")}, ` +
            `${facts.callers === "open" ? "open to anybody" : count(facts.callers, "caller")}, ` +
            `revision ${facts.revision}`;
      print(`${file}: ${countFindings(diagnostics)}${contents}`);
      if (written !== "") print(`wrote ${written}`);
    }
    return isFine ? exitCode.fine : exitCodeOfRefusal(loaded);
  },
};

/** @returns the path of the file, or why it cannot be written. */
async function saveLock(
  file: string,
  { contracts }: Revision,
): Promise<string | { readonly path: string; readonly reason: string }> {
  const { lockFileOf, lockTextOf } = await import("#app/locked-contracts.ts");
  const path = lockFileOf(file);
  const { files } = nodePlatform;
  const previous = files.exists(path) ? files.read(path).toString("utf8") : undefined;
  const text = lockTextOf(contracts, previous);
  try {
    if (previous === undefined) files.writeNew(path, text);
    else files.replace(path, text);
    return path;
  } catch (error) {
    return { path, reason: (error as Error).message };
  }
}

function gradeOf(text: string | undefined): Grade | undefined {
  const grade = grades.find((one) => one === text);
  if (text === undefined || grade !== undefined) return grade;
  throw new UsageError(`--max-loss is ${JSON.stringify(text)}; expected ${grades.join(", ")}`);
}

function factsOf({ id, configuration }: Revision) {
  const { services, callers } = configuration;
  return {
    revision: id,
    services: services.length,
    routes: services.reduce((sum, { routes }) => sum + routes.length, 0),
    callers: callers === "open" ? callers : callers.count,
  };
}
