/** Collects diagnostics about documents: bounded in number, each said once. */
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";

export interface Report {
  /** In the order of the files as they were met, and of their lines. */
  readonly sorted: () => readonly Diagnostic[];
  readonly add: (
    severity: Diagnostic["severity"],
    code: string,
    message: string,
    source?: SourcePlace,
    suggestion?: string,
  ) => void;
}

/** Names in documents may be megabytes long. */
const messageLengthMax = 1_000;

export function createReport(diagnosticsMax = 1_000): Report {
  const diagnostics: Diagnostic[] = [];
  const said = new Set<string>();
  let full = false;
  return {
    sorted: () => sortByPlace(diagnostics),
    add(severity, code, text, source, suggestion) {
      const message =
        text.length > messageLengthMax ? `${text.slice(0, messageLengthMax)}...` : text;
      // A name that is not defined is said once, however often it is referred to.
      const place = code.startsWith("unresolved-")
        ? ""
        : `${source?.file}:${source?.line}:${source?.column}`;
      const key = `${code} ${place} ${message}`;
      if (said.has(key)) return;
      // Errors decide whether the document is refused, so they have room of their own.
      const room = severity === "error" ? 2 * diagnosticsMax : diagnosticsMax;
      if (diagnostics.length >= room) {
        if (full) return;
        full = true;
        const left = `more than ${diagnosticsMax} diagnostics; further ones are left out`;
        diagnostics.push({ code: "too-many-diagnostics", severity: "warning", message: left });
        return;
      }
      said.add(key);
      diagnostics.push({
        code,
        severity,
        message,
        ...(source === undefined ? {} : { source }),
        ...(suggestion === undefined ? {} : { suggestion }),
      });
    },
  };
}

function sortByPlace(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = new Map<string, number>();
  for (const { source } of diagnostics) {
    if (source !== undefined && !files.has(source.file)) files.set(source.file, files.size);
  }
  const rank = ({ source }: Diagnostic) =>
    source === undefined ? files.size : (files.get(source.file) ?? files.size);
  return [...diagnostics].sort(
    (first, second) =>
      rank(first) - rank(second) ||
      (first.source?.line ?? 0) - (second.source?.line ?? 0) ||
      (first.source?.column ?? 0) - (second.source?.column ?? 0),
  );
}
