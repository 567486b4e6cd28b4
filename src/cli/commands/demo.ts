/** `parlance demo`: runs the sample estate with a gateway before it. */
import type { Command } from "#cli/command.ts";
import { portOf, portOptions } from "#cli/configuration-file.ts";

export const demo: Command = {
  name: "demo",
  summary: "Runs the sample estate: several services and a gateway before them.",
  positionals: [],
  options: portOptions,
  examples: ["parlance demo", "parlance demo --port 9080 --admin-port 9081"],
  exitCodes: {
    fine: "stopped as asked",
    refused: "a port cannot be had, or a service does not start",
  },
  async run(input) {
    const port = portOf(input, "port");
    const adminPort = portOf(input, "admin-port");
    const { runDemo } = await import("#examples/estate/demo.ts");
    return runDemo({
      json: input.json,
      ...(port === undefined ? {} : { port }),
      ...(adminPort === undefined ? {} : { adminPort }),
    });
  },
};
