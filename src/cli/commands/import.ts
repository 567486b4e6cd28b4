/** `parlance import`: adds a service to the configuration from its contract. */
import { nodePlatform } from "#base/platform.ts";
import { exitCode, UsageError, type Command } from "#cli/command.ts";
import { configOption, configPathOf } from "#cli/configuration-file.ts";
import { complain, count, print, printDiagnostics, printJson } from "#cli/print.ts";
import type { ImportOutcome } from "#app/import-service.ts";

export const importCommand: Command = {
  name: "import",
  summary: "Adds a service to the configuration from its contract.",
  description: [
    "A file stays where it is. A URL is fetched, with the documents of the same host that it " +
      "refers to, and copied into contracts/ beside the configuration. Comments and layout of " +
      "the configuration stay as they are.",
    "A running GraphQL, MCP or gRPC server is asked for what it tells of itself: by " +
      "introspection, its list of tools, or reflection.",
    "Everything is loaded as it would stand before anything is written.",
  ],
  positionals: [
    { name: "SOURCE", description: "A file, or a URL of http or grpc.", isRequired: true },
  ],
  options: {
    config: configOption,
    as: { value: "NAME", description: "The service's name. Default: from the file's name." },
    instance: {
      value: "URL",
      isRepeatable: true,
      description:
        "Where the service runs. Default: where the contract says, of OpenAPI its first server.",
    },
  },
  examples: [
    "parlance import billing/billing.wsdl",
    "parlance import http://127.0.0.1:9102/billing?wsdl --as billing",
    "parlance import grpc://127.0.0.1:50051",
    "parlance import petstore.yaml --instance http://127.0.0.1:3000/v3",
  ],
  exitCodes: {
    fine: "the service was added",
    findings: "the contract or the configuration has errors; nothing was written",
    refused: "a document cannot be had, or the name is taken; nothing was written",
  },
  async run(input) {
    const [source = ""] = input.positionals;
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source) && !/^(?:http|grpc)s?:\/\//i.test(source)) {
      const expected = "expected a file, or http or https, or grpc or grpcs";
      throw new UsageError(`SOURCE is ${JSON.stringify(source)}; ${expected}`);
    }
    if (/^(?:http|grpc)s?:/i.test(source) && !URL.canParse(source)) {
      throw new UsageError(`SOURCE is ${JSON.stringify(source)}; this is not a URL`);
    }
    const { importService } = await import("#app/import-service.ts");
    const outcome = await importService(
      {
        configPath: configPathOf(input),
        source,
        name: input.text("as"),
        instances: input.texts("instance"),
      },
      nodePlatform,
    );
    if (input.json) printJson(outcome);
    else tell(outcome);
    if (outcome.kind === "added") return exitCode.fine;
    return outcome.kind === "invalid" ? exitCode.findings : exitCode.refused;
  },
};

function tell(outcome: ImportOutcome): void {
  if (outcome.kind === "refused") {
    const hint = outcome.suggestion === undefined ? "" : ` (${outcome.suggestion})`;
    complain(`parlance import: ${outcome.message}${hint}`);
    return;
  }
  printDiagnostics(outcome.diagnostics);
  if (outcome.kind === "invalid") {
    complain(`parlance import: ${outcome.message}; nothing was written`);
    return;
  }
  const { service, dialect, operations, written, instances, isClosed } = outcome;
  const width = Math.max(0, ...operations.map(({ id }) => id.length));
  print(`Added service ${service} (${dialect}, ${count(operations.length, "operation")}):`);
  for (const { id, method, path, mode } of operations) {
    const note = mode === "unary" ? "" : `  ${mode}`;
    print(`  ${id.padEnd(width)}  ${method} ${path}${note}`);
  }
  print(`It runs at ${instances.join(", ")}. Wrote ${written.join(", ")}.`);
  if (isClosed) print(`Nobody may call it yet: write "${service}.*" into the \`may\` of a caller.`);
}
