/** `parlance explain`: why a request would be routed, refused and forwarded as it is. */
import { nodePlatform } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import { askAdmin } from "#cli/ask-admin.ts";
import { exitCode, UsageError, type Command, type CommandInput } from "#cli/command.ts";
import {
  configPathOf,
  endWithRefusal,
  loadFile,
  loadWithoutKeys,
} from "#cli/configuration-file.ts";
import { httpUrlOf } from "#cli/http-url.ts";
import { complainOf, endWith, ledgerFolders, ledgerOptions } from "#cli/ledger-folder.ts";
import { print, printJson } from "#cli/print.ts";
import type { ExplainedExchange } from "#app/explain-exchange.ts";
import type { Explanation, ExplanationStep } from "#gateway/explain.ts";

export const explain: Command = {
  name: "explain",
  summary: "Says why a request would be, or was, routed, refused and forwarded as it is.",
  description: [
    "Nothing is sent: the answer follows from the configuration, and with --admin from how " +
      "limits, circuits and instances stand at the gateway that runs. With the id of an " +
      "exchange instead of a method and a URL, it tells what the ledger knows of it, phase by " +
      "phase, and then the rules that such a request meets now.",
  ],
  positionals: [
    {
      name: "METHOD",
      description: "The HTTP method, such as GET; or an exchange's id (`Parlance-Exchange`).",
      isRequired: true,
    },
    {
      name: "URL",
      description: "A path, or a URL whose host is compared with routes.",
      isRequired: false,
    },
  ],
  options: {
    ...ledgerOptions,
    header: {
      short: "H",
      value: "'NAME: VALUE'",
      isRepeatable: true,
      description: "A header of the request.",
    },
    admin: {
      value: "URL",
      description:
        "Ask the gateway whose admin port is at this URL: it knows what is left of limits, which " +
        "circuits are open, how instances are, and what policies have cost.",
    },
    as: { value: "CALLER", description: "The caller by name, instead of by a key in a header." },
  },
  examples: [
    "parlance explain GET /orders/42 --as storefront",
    "parlance explain POST http://api.example.org/orders -H 'X-Api-Key: ...'",
    "parlance explain 0199f3a27c1b7d4e9a550c7e6f1b2a3d",
  ],
  exitCodes: {
    fine: "the request would be forwarded or answered by the gateway itself, or nobody broke it",
    findings: "it would be refused, or somebody broke it, or the configuration has errors",
    refused: "the configuration or the ledger cannot be read",
  },
  async run(input) {
    const [method = "", url = ""] = input.positionals;
    const exchange = method.replaceAll("-", "").toLowerCase();
    const admin = httpUrlOf(input, "admin");
    if (url === "" && /^[0-9a-f]{32}$/.test(exchange)) {
      if (admin === undefined) return explainHappened(input, exchange);
      const asked = await askAdmin(input, admin, `/api/v1/explain/${exchange}`);
      return typeof asked === "number" ? asked : tellHappened(input, asked as ExplainedExchange);
    }
    if (url === "") throw new UsageError("URL is missing", "or name an exchange by its 32 digits");
    if (!/^(?:\/|[a-z]+:\/\/)/i.test(url)) {
      const message = `URL is ${JSON.stringify(url)}; expected a path that begins with / or a URL`;
      const isSwapped = /^(?:\/|[a-z]+:\/\/)/i.test(method);
      throw new UsageError(message, isSwapped ? "the method comes first" : undefined);
    }
    const headers = readHeaders(input.texts("header"));
    if (admin !== undefined) {
      const query = new URLSearchParams({ method, url });
      const caller = input.text("as");
      if (caller !== undefined) query.set("as", caller);
      for (const [name, value] of Object.entries(headers))
        query.append("header", `${name}: ${value}`);
      const asked = await askAdmin(input, admin, `/api/v1/explain?${query.toString()}`);
      return typeof asked === "number" ? asked : tellRules(input, asked as Explanation);
    }
    const loaded = await loadFile(configPathOf(input));
    if (loaded.revision === undefined) return endWithRefusal(input, loaded);
    const { explainRoute } = await import("#gateway/explain.ts");
    const { explainWithStore } = await import("#app/explain-with-store.ts");
    const { configuration, contracts } = loaded.revision;
    const request = { method, url, headers, caller: input.text("as") };
    const { revision } = loaded;
    const explanation = await explainWithStore(nodePlatform, revision, undefined, (kinds) =>
      explainRoute(configuration, request, contracts, kinds),
    );
    return tellRules(input, explanation);
  },
};

function tellRules(input: CommandInput, explanation: Explanation): number {
  if (input.json) printJson(explanation);
  else print(formatExplanation(explanation));
  return explanation.outcome.kind === "refused" ? exitCode.findings : exitCode.fine;
}

async function explainHappened(input: CommandInput, exchange: string): Promise<number> {
  const folders = await ledgerFolders(input);
  if (typeof folders === "number") return folders;
  const loaded = await loadWithoutKeys(configPathOf(input));
  if (loaded.revision === undefined) return endWithRefusal(input, loaded);
  const { readExchange } = await import("#app/ledger/read-exchange.ts");
  const shown = await readExchange(folders, exchange, false);
  if (isProblem(shown)) return endWith(input, shown);
  const { explainExchange } = await import("#app/explain-exchange.ts");
  const { explainWithStore } = await import("#app/explain-with-store.ts");
  const { revision } = loaded;
  const explained = await explainWithStore(nodePlatform, revision, undefined, (kinds) =>
    explainExchange(shown, revision, kinds),
  );
  if (explained === undefined) {
    const detail = `only its beginning is on record; parlance ledger show ${exchange} has it`;
    return complainOf(input, { code: "exchange-not-over", detail });
  }
  return tellHappened(input, explained);
}

function tellHappened(input: CommandInput, explained: ExplainedExchange): number {
  if (input.json) printJson(explained);
  else print(formatHappened(explained));
  return explained.brokenBy === undefined ? exitCode.fine : exitCode.findings;
}

function formatHappened({ exchange, happened, isSameRevision, rules }: ExplainedExchange): string {
  const lines = [`Exchange ${exchange}`, ""];
  for (const { phase, what, atMs } of happened) {
    const at = atMs === undefined ? "" : `${atMs.toFixed(2)} ms`;
    lines.push(`  ${phase.padEnd(9)} ${at.padStart(11)}  ${clean(what)}`);
  }
  if (rules === undefined) {
    lines.push("", "No route of the present configuration is the one it took");
    return lines.join("\n");
  }
  const since = isSameRevision ? "the configuration is the same" : "the configuration has changed";
  lines.push("", `Such a request now (${since} since):`, formatExplanation(rules));
  return lines.join("\n");
}

/** What callers sent may hold what a terminal obeys. */
function clean(said: string): string {
  return said.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}

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
  for (const { step, verdict, what, why, source, cost } of steps) {
    const place = source === undefined ? "" : `  (${source.file}:${source.line}:${source.column})`;
    const took = cost === undefined ? "" : `, ${cost.averageUs} µs of ${cost.exchanges} timed`;
    lines.push(`  ${marks[verdict]} ${step.padEnd(width)}  ${what}: ${why}${took}${place}`);
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
