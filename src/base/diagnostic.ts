/** What is wrong with a document: a value, many at once, with its place. Importers never throw. */
export interface Diagnostic {
  /** Stable slug, for example `unknown-key`. */
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  /** Says what is wrong, and what was expected. */
  readonly message: string;
  readonly source?: SourcePlace;
  /** What the author may have meant. */
  readonly suggestion?: string;
}

export interface SourcePlace {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/**
 * `file:line:column: severity code: message (suggestion)`, the form that editors make clickable.
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { source, severity, code, message, suggestion } = diagnostic;
  const place = source === undefined ? "" : `${source.file}:${source.line}:${source.column}: `;
  const hint = suggestion === undefined ? "" : ` (${suggestion})`;
  return `${place}${severity} ${code}: ${message}${hint}`;
}
