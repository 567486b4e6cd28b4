/** Findings about a configuration, as lines of the log. */
import { formatDiagnostic, type Diagnostic } from "#base/diagnostic.ts";
import type { Log } from "#base/log.ts";
import type { LogForm } from "#runtime/log-lines.ts";

export function logDiagnostics(log: Log, form: LogForm, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    const { severity, code, source, suggestion } = diagnostic;
    const level = severity === "warning" ? "warn" : severity;
    const message = formatDiagnostic(diagnostic);
    const { file, line, column } = source ?? {};
    const fields = form === "text" ? {} : { code, file, line, column, suggestion };
    log[level]("configuration-finding", message, fields);
  }
}
