/** `tcp://` instances and `listen.text`: what services speak is known once contracts are read. */
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Configuration, Revision } from "#configuration/configuration.ts";

export function checkRawConnections(
  { services, listen }: Configuration,
  contracts: Revision["contracts"],
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const error = (file: string | undefined, code: string, message: string, hint: string): void => {
    const source = file === undefined ? {} : { source: { file, line: 1, column: 1 } };
    diagnostics.push({ code, severity: "error", message, suggestion: hint, ...source });
  };
  for (const { name, instances, speaks, contractFile } of services) {
    const framing = speaks === "text" ? contracts.get(name)?.text?.framing : undefined;
    for (const { url, scheme } of instances) {
      if (scheme === "tcp" && framing === undefined) {
        const message = `instance ${url} of ${name}: nothing says how messages end on TCP`;
        const hint = "give it a contract with `parlance: text/1` and `tcp`";
        error(contractFile, "tcp-without-frames", message, hint);
      } else if (scheme !== "tcp" && framing !== undefined) {
        const message = `instance ${url} of ${name} is on HTTP, and its contract says TCP`;
        error(contractFile, "http-with-frames", message, "write tcp://host:port");
      }
    }
  }
  for (const { port, service } of listen.text ?? []) {
    if (contracts.get(service)?.text?.framing !== undefined) continue;
    const message = `listen.text: nothing says how messages of ${service} end on port ${port}`;
    const hint = "give it a contract, or a face, of `parlance: text/1` with `tcp`";
    const file = services.find(({ name }) => name === service)?.contractFile;
    error(file, "tcp-without-frames", message, hint);
  }
  return diagnostics;
}
