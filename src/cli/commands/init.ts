/** `parlance init`: writes a first parlance.yaml, and its schema beside it for editors. */
import { join } from "node:path";
import { nodePlatform } from "#base/platform.ts";
import { exitCode, UsageError, type Command } from "#cli/command.ts";
import { complain, print, printJson } from "#cli/print.ts";

const schemaFile = "parlance.schema.json";

export const init: Command = {
  name: "init",
  summary: "Writes a first parlance.yaml, with comments, and its schema for editors.",
  description: ["Files that exist are never overwritten."],
  positionals: [
    { name: "DIR", description: "Where to write it. Default: this folder.", isRequired: false },
  ],
  options: {
    service: {
      value: "NAME=URL",
      isRepeatable: true,
      description: "A service and an instance of it; the same name again adds an instance.",
    },
  },
  examples: [
    "parlance init",
    "parlance init gateway --service orders=http://127.0.0.1:9101",
    "parlance init --service mail=unix:/run/a.sock --service mail=unix:/run/b.sock",
  ],
  exitCodes: { refused: "a parlance.yaml is there already, or nothing can be written there" },
  async run(input) {
    const folder = input.positionals[0] ?? ".";
    const text = firstConfiguration(readServices(input.texts("service")));
    await assertLoads(text);
    const { publishedSchema } = await import("#configuration/published-schema.ts");
    const { configurationSchema } = await import("#app/configuration-schema.ts");
    const config = join(folder, "parlance.yaml");
    const schema = join(folder, schemaFile);
    const { files } = nodePlatform;
    const written = [config];
    try {
      files.writeNew(config, text);
      if (!files.exists(schema)) {
        files.writeNew(
          schema,
          `${JSON.stringify(publishedSchema(configurationSchema), undefined, 2)}\n`,
        );
        written.push(schema);
      }
    } catch (error) {
      const message = refusalOf(error, config);
      if (input.json) printJson({ error: { code: "refused", message } });
      else complain(`parlance init: ${message}`);
      return exitCode.refused;
    }
    if (input.json) printJson({ written });
    else print(`Wrote ${written.join(" and ")}.\nNext: parlance start --config ${config}`);
    return exitCode.fine;
  },
};

type Services = ReadonlyMap<string, readonly string[]>;

function readServices(options: readonly string[]): Services {
  const services = new Map<string, string[]>();
  for (const option of options) {
    const [, name, url] = /^([^=]+)=(.+)$/.exec(option) ?? [];
    if (name === undefined || url === undefined) {
      throw new UsageError(
        `--service is ${JSON.stringify(option)}; expected NAME=URL`,
        "for example --service orders=http://127.0.0.1:9101",
      );
    }
    services.set(name, [...(services.get(name) ?? []), url]);
  }
  return services;
}

/** Names and URLs are checked as those of any configuration are. */
async function assertLoads(text: string): Promise<void> {
  const { loadConfiguration } = await import("#configuration/load.ts");
  const { configurationSchema: schema } = await import("#app/configuration-schema.ts");
  const readUpTo = () => Buffer.from(text);
  const { diagnostics } = loadConfiguration("parlance.yaml", {
    files: { readUpTo },
    env: {},
    schema,
  });
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error !== undefined) throw new UsageError(`--service: ${error.message}`, error.suggestion);
}

function refusalOf(error: unknown, config: string): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EEXIST") return `${config} exists and is left as it is`;
  return `${config} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
}

function firstConfiguration(services: Services): string {
  const shown: Services =
    services.size > 0 ? services : new Map([["hello", ["http://127.0.0.1:3000"]]]);
  const [first = "hello"] = shown.keys();
  const entries = [...shown].map(
    ([name, urls]) => `  ${name}:\n    instances: ${JSON.stringify(urls).replaceAll(",", ", ")}\n`,
  );
  return `# yaml-language-server: $schema=./${schemaFile}
# Configuration of the Parlance gateway. "parlance check" says what is wrong with it.
version: 1

# Callers on 8080, operators on 8081, both for this machine only; host: 0.0.0.0 opens it to others.
listen: { host: 127.0.0.1, port: 8080, adminPort: 8081 }

# Everything under http://localhost:8080/${first}/ goes to an instance of the service ${first}.
services:
${entries.join("")}
# Anybody may call everything: for local work only. Without this line nobody may call anything.
callers: open
# callers:
#   storefront: { key: "\${STOREFRONT_KEY}", may: ["${first}.*"] }
#   anonymous: { may: [] } # whoever sends no key
`;
}
