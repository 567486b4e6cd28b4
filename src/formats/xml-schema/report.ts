/** Collects diagnostics about documents: bounded in number, each said once. */
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";

export interface Report {
  readonly diagnostics: readonly Diagnostic[];
  readonly add: (
    severity: Diagnostic["severity"],
    code: string,
    message: string,
    source?: SourcePlace,
    suggestion?: string,
  ) => void;
}

export function createReport(diagnosticsMax = 1_000): Report {
  const diagnostics: Diagnostic[] = [];
  const said = new Set<string>();
  let full = false;
  return {
    diagnostics,
    add(severity, code, message, source, suggestion) {
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
        const text = `more than ${diagnosticsMax} diagnostics; further ones are left out`;
        diagnostics.push({ code: "too-many-diagnostics", severity: "warning", message: text });
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
