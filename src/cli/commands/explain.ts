/** `parlance explain`: why a request would be routed, refused and forwarded as it is. */
import { exitCode, UsageError, type Command } from "#cli/command.ts";
import {
  configOption,
  configPathOf,
  exitCodeOfRefusal,
  loadFile,
} from "#cli/configuration-file.ts";
import { print, printDiagnostics, printJson } from "#cli/print.ts";
import type { Explanation, ExplanationStep } from "#gateway/explain.ts";

export const explain: Command = {
  name: "explain",
  summary: "Says why a request would be routed, refused and forwarded as it is.",
  description: ["Nothing is sent: the answer follows from the configuration alone."],
  positionals: [
    { name: "METHOD", description: "The HTTP method, such as GET.", isRequired: true },
    {
      name: "URL",
      description: "A path, or a URL whose host is compared with routes.",
      isRequired: true,
    },
  ],
  options: {
    config: configOption,
    header: {
      short: "H",
      value: "'NAME: VALUE'",
      isRepeatable: true,
      description: "A header of the request.",
    },
    as: { value: "CALLER", description: "The caller by name, instead of by a key in a header." },
  },
  examples: [
    "parlance explain GET /orders/42 --as storefront",
    "parlance explain POST http://api.example.org/orders -H 'X-Api-Key: ...'",
  ],
  exitCodes: {
    fine: "the request would be forwarded, or answered by the gateway itself",
    findings: "it would be refused, or the configuration has errors",
    refused: "the configuration cannot be read",
  },
  async run(input) {
    const [method = "", url = ""] = input.positionals;
    if (!/^(?:\/|[a-z]+:\/\/)/i.test(url)) {
      const message = `URL is ${JSON.stringify(url)}; expected a path that begins with / or a URL`;
      const isSwapped = /^(?:\/|[a-z]+:\/\/)/i.test(method);
      throw new UsageError(message, isSwapped ? "the method comes first" : undefined);
    }
    const headers = readHeaders(input.texts("header"));
    const loaded = await loadFile(configPathOf(input));
    if (loaded.revision === undefined) {
      if (input.json) printJson({ diagnostics: loaded.diagnostics });
      else printDiagnostics(loaded.diagnostics);
      return exitCodeOfRefusal(loaded);
    }
    const { explainRoute } = await import("#gateway/explain.ts");
    const { standardPolicies } = await import("#app/standard-policies.ts");
    const { configuration, contracts } = loaded.revision;
    const request = { method, url, headers, caller: input.text("as") };
    const explanation = explainRoute(configuration, request, contracts, standardPolicies);
    if (input.json) printJson(explanation);
    else print(formatExplanation(explanation));
    return explanation.outcome.kind === "refused" ? exitCode.findings : exitCode.fine;
  },
};

function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      // The value may be a key, so it is not shown.
      const shown = JSON.stringify(line.split(":")[0]);
      throw new UsageError(`header ${shown} is not possible; expected -H 'Name: value'`);
    }
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

const marks: Readonly<Record<ExplanationStep["verdict"], string>> = {
  matched: "+",
  chosen: ">",
  "not matched": "-",
  refused: "!",
  info: " ",
};

function formatExplanation({ request, outcome, counts, steps }: Explanation): string {
  const lines = [`${request.method} ${request.target} at ${request.host}`, ""];
  const width = Math.max(...steps.map(({ step }) => step.length));
  for (const { step, verdict, what, why, source } of steps) {
    const place = source === undefined ? "" : `  (${source.file}:${source.line}:${source.column})`;
    lines.push(`  ${marks[verdict]} ${step.padEnd(width)}  ${what}: ${why}${place}`);
  }
  const unlisted = counts.routes - counts.listed;
  if (unlisted > 0 && counts.listed > 0) {
    lines.push(`    ${unlisted} more of ${counts.routes} routes did not match and are not shown`);
  }
  lines.push("", formatOutcome(outcome));
  return lines.join("\n");
}

function formatOutcome(outcome: Explanation["outcome"]): string {
  switch (outcome.kind) {
    case "forwarded":
      if (outcome.path === "") {
        const how = outcome.translated === true ? "Translated for" : "Forwarded to";
        return `${how} service ${outcome.service} by route ${outcome.route}`;
      }
      return `Forwarded to service ${outcome.service} by route ${outcome.route} as ${outcome.path}`;
    case "answered":
      return `Answered by the gateway itself: ${outcome.why}`;
    case "refused":
      return `Refused with ${outcome.status}: ${outcome.why}`;
  }
}
