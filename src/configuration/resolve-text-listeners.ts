/** `listen.text`: ports for programs that speak no protocol, with services and callers checked. */
import { parseCidr } from "#base/cidr.ts";
import { didYouMean } from "#base/nearest.ts";
import type { NodePath } from "#formats/yaml/node-path.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";
import type { TextListener } from "./configuration.ts";
import type { Declared } from "./declared.ts";

export function resolveTextListeners(
  { listen, services, callers }: Declared,
  reporter: Reporter,
): readonly TextListener[] {
  const known = callers === "open" ? undefined : Object.keys(callers ?? {});
  const checkCaller = (name: string, path: NodePath): void => {
    if (known === undefined || known.includes(name)) return;
    const message = `there is no caller ${JSON.stringify(name)}`;
    reporter.error(path, "no-caller", message, didYouMean(name, known));
  };
  const ports = new Set([listen.port, listen.adminPort]);
  return listen.text.map((declared, index): TextListener => {
    const path = ["listen", "text", index];
    const { host = listen.host, port, service, caller } = declared;
    if (ports.has(port) && port !== 0) {
      const message = `port ${port} is taken by another port of the gateway; expected another one`;
      reporter.error([...path, "port"], "same-port", message);
    }
    ports.add(port);
    const names = Object.keys(services);
    if (!names.includes(service)) {
      const message = `there is no service ${JSON.stringify(service)}`;
      reporter.error([...path, "service"], "no-service", message, didYouMean(service, names));
    }
    if (caller !== undefined) checkCaller(caller, [...path, "caller"]);
    const blocks = Object.entries(declared.callers).flatMap(([written, name]) => {
      const at = [...path, "callers", written];
      checkCaller(name, at);
      const block = parseCidr(written);
      if (block !== undefined) return [{ block, caller: name }];
      const message = `${JSON.stringify(written)} is not a CIDR block; expected 10.0.0.0/8 or so`;
      reporter.error(at, "bad-cidr", message);
      return [];
    });
    return { host, port, service, caller, callers: blocks };
  });
}
