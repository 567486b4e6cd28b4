/** Options that say where a gateway is. */
import { UsageError, type CommandInput } from "./command.ts";

/** Undefined: it is not given. */
export function httpUrlOf(input: CommandInput, option: "admin" | "gateway"): string | undefined {
  const said = input.text(option);
  if (said === undefined || (/^https?:\/\/[^/]/i.test(said) && URL.canParse(said))) return said;
  throw new UsageError(`--${option} is ${JSON.stringify(said)}; expected http://host:port`);
}
