/** What the demo says while it runs: lines for people, or one JSON object a line. */
import type { Station } from "./stations.ts";

export interface Trial {
  readonly what: string;
  readonly command: string;
}

export type DemoEvent =
  | ({ readonly event: "up"; readonly afterMs: number; readonly pid: number } & Station)
  | { readonly event: "stopped"; readonly name: string; readonly how: string }
  | { readonly event: "output"; readonly name: string; readonly line: string }
  | { readonly event: "refused"; readonly message: string }
  | { readonly event: "stopping" }
  | {
      readonly event: "ready";
      readonly page: string;
      readonly gateway: string;
      readonly admin: string;
      readonly services: readonly Station[];
      readonly trials: readonly Trial[];
    };

export type Report = (event: DemoEvent) => void;

export function createReport(json: boolean): Report {
  return (event) => {
    if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
    else if (event.event === "refused") process.stderr.write(`${event.message}\n`);
    else process.stdout.write(`${textOf(event)}\n`);
  };
}

function textOf(event: Exclude<DemoEvent, { event: "refused" }>): string {
  switch (event.event) {
    case "up": {
      const columns = [event.name.padEnd(11), event.url.padEnd(23), event.speaks.padEnd(15)];
      return `  ${columns.join(" ")} up after ${event.afterMs} ms`;
    }
    case "stopped":
      return `  ${event.name.padEnd(12)}${event.how}; starting it again`;
    case "output":
      return `  ${event.name} | ${plainLine(event.line)}`;
    case "stopping":
      return "\nStopping: the gateway first, then the services. Ctrl-C again kills them.";
    case "ready":
      return readyText(event);
  }
}

/** The gateway logs JSON; people want its level and its message. */
function plainLine(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { level = "info", message } = JSON.parse(line) as { level?: string; message?: string };
    return typeof message === "string" ? `${level}: ${message}` : line;
  } catch {
    return line;
  }
}

function readyText(ready: Extract<DemoEvent, { event: "ready" }>): string {
  const trials = ready.trials.map(({ what, command }) => `  # ${what}\n  ${command}\n`);
  return `
The shop             ${ready.page}
Gateway              ${ready.gateway}
Admin and metrics    ${ready.admin}

Try:

${trials.join("\n")}
Ctrl-C drains and stops it all.`;
}
