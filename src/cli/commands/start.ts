/** `parlance start`: runs the gateway until it is told to stop. */
import type { Command } from "#cli/command.ts";
import { configOption, configPathOf, portOf, portOptions } from "#cli/configuration-file.ts";

export const start: Command = {
  name: "start",
  summary: "Runs the gateway with a configuration until SIGTERM or Ctrl-C.",
  description: [
    "A changed file is taken over while the gateway runs, and on SIGHUP; a faulty one changes " +
      "nothing.",
  ],
  positionals: [
    { name: "FILE", description: "The configuration, as --config.", isRequired: false },
  ],
  options: { config: configOption, ...portOptions },
  examples: [
    "parlance start",
    "parlance start --config gateway/parlance.yaml --port 9080 --admin-port 9081",
  ],
  exitCodes: {
    fine: "stopped as asked, every exchange finished",
    findings: "the configuration has errors",
    refused: "the configuration cannot be read, or a port cannot be had",
  },
  async run(input) {
    const configPath = configPathOf(input, input.positionals[0]);
    const port = portOf(input, "port");
    const adminPort = portOf(input, "admin-port");
    const { startGateway } = await import("#app/start.ts");
    return startGateway({
      configPath,
      json: input.json,
      ...(port === undefined ? {} : { port }),
      ...(adminPort === undefined ? {} : { adminPort }),
    });
  },
};
