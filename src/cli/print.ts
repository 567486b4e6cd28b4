/** The two ways out of a command: results on standard output, complaints on standard error. */
import { formatDiagnostic, type Diagnostic } from "#base/diagnostic.ts";

export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Until whoever reads has taken what was printed: more than fits would wait in memory. */
export function printed(): Promise<void> {
  if (!process.stdout.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => process.stdout.once("drain", resolve));
}

/** Lines, without what a terminal obeys: callers may have sent it. */
export function harmless(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\ufffd");
}

/** @param ready further members that are JSON text already, exact numbers included. */
export function printJson(value: unknown, ready: Readonly<Record<string, string>> = {}): void {
  let text = JSON.stringify(value, undefined, 2);
  for (const [name, json] of Object.entries(ready)) {
    text = text.replace(/\n?\}$/, () => `,\n  ${JSON.stringify(name)}: ${json}\n}`);
  }
  print(asJson(text));
}

/** JSON text as it was, without characters that a terminal obeys and JSON lets through. */
export function asJson(text: string): string {
  return text.replaceAll(/[\u007f-\u009f]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
}

export function complain(text: string): void {
  process.stderr.write(text.endsWith("\n") ? text : `${text}\n`);
}

export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) print(formatDiagnostic(diagnostic));
}

/** `1 error, 2 warnings`, or `nothing to report`. */
export function countFindings(diagnostics: readonly Diagnostic[]): string {
  const counts = (["error", "warning", "info"] as const).flatMap((severity) => {
    const found = diagnostics.filter((one) => one.severity === severity).length;
    if (found === 0) return [];
    return [severity === "info" ? `${found} info` : count(found, severity)];
  });
  return counts.length === 0 ? "nothing to report" : counts.join(", ");
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
