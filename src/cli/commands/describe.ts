/** `parlance describe`: the contract of a service in another language. */
import { nodePlatform } from "#base/platform.ts";
import { didYouMean } from "#base/nearest.ts";
import { exitCode, UsageError, type Command } from "#cli/command.ts";
import {
  configOption,
  configPathOf,
  endWithRefusal,
  loadWithoutKeys,
} from "#cli/configuration-file.ts";
import { complain, print, printJson } from "#cli/print.ts";
import { formatDiagnostic } from "#base/diagnostic.ts";

export const describe: Command = {
  name: "describe",
  summary: "Describes a service in another language than that of its contract.",
  description: ["What the other language cannot say is complained about on standard error."],
  positionals: [{ name: "SERVICE", description: "The service by name.", isRequired: true }],
  options: {
    config: configOption,
    as: {
      value: "LANGUAGE",
      description: "openapi (the default), wsdl, proto, graphql, mcp, text or json-schema.",
    },
    address: {
      value: "URL",
      description: "Where callers reach the service. Default: where the gateway listens.",
    },
    out: { value: "FILE", description: "A file that must not exist yet, instead of the output." },
  },
  examples: [
    "parlance describe billing --as openapi",
    "parlance describe billing --as proto --out billing.proto",
    "parlance describe orders --as wsdl --address https://api.example.org/soap/orders --out o.wsdl",
  ],
  exitCodes: {
    fine: "the service is described",
    findings: "the configuration or a contract has errors, or there is no such service",
    refused: "a file cannot be read or written",
  },
  async run(input) {
    const [service = ""] = input.positionals;
    const { describeService, languageNames } = await import("#app/describe-service.ts");
    const as = input.text("as") ?? "openapi";
    const language = languageNames.find((name) => name === as);
    if (language === undefined) {
      const message = `--as is ${JSON.stringify(as)}; expected ${languageNames.join(", ")}`;
      throw new UsageError(message, didYouMean(as, languageNames));
    }
    const address = input.text("address");
    if (address !== undefined && !URL.canParse(address)) {
      throw new UsageError(`--address is ${JSON.stringify(address)}; expected a URL`);
    }
    const loaded = await loadWithoutKeys(configPathOf(input));
    if (loaded.revision === undefined) return endWithRefusal(input, loaded);
    const described = describeService(loaded.revision, { service, language, address });
    if (described.kind === "refused") {
      const { message, suggestion } = described;
      if (input.json) printJson({ error: { code: "refused", message, suggestion } });
      else complain(`parlance describe: ${message}${suggestion ? ` (${suggestion})` : ""}`);
      return exitCode.findings;
    }
    const { text, mediaType, diagnostics } = described;
    const file = input.text("out");
    if (file !== undefined) {
      try {
        nodePlatform.files.writeNew(file, text);
      } catch (error) {
        const message = `${file} cannot be written: ${error instanceof Error ? error.message : ""}`;
        if (input.json) printJson({ error: { code: "refused", message } });
        else complain(`parlance describe: ${message}`);
        return exitCode.refused;
      }
    }
    if (input.json)
      printJson({ service, language, mediaType, file, text: file ? undefined : text, diagnostics });
    else {
      for (const diagnostic of diagnostics) complain(formatDiagnostic(diagnostic));
      print(file === undefined ? text : `Wrote ${file}.`);
    }
    return exitCode.fine;
  },
};
