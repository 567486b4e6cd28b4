/** Collects diagnostics of an import: each once, and no more than anybody reads. */
import type { Diagnostic } from "#base/diagnostic.ts";
import { placeOf, type Located } from "./located.ts";

export interface Report {
  readonly diagnostics: readonly Diagnostic[];
  readonly error: ReportOne;
  readonly warning: ReportOne;
  readonly info: ReportOne;
  readonly add: (diagnostics: readonly Diagnostic[]) => void;
}

type ReportOne = (code: string, at: Located, message: string, suggestion?: string) => void;

const diagnosticsMax = 2_000;

export function createReport(): Report {
  const diagnostics: Diagnostic[] = [];
  const known = new Set<string>();

  function push(diagnostic: Diagnostic): void {
    const { code, source, message } = diagnostic;
    const key = `${code} ${source?.file} ${source?.line} ${source?.column} ${message}`;
    if (known.has(key)) return;
    known.add(key);
    if (diagnostics.length < diagnosticsMax) diagnostics.push(diagnostic);
    else if (diagnostics.length === diagnosticsMax) {
      const more = `only the first ${diagnosticsMax} findings are listed`;
      diagnostics.push({ code: "more-findings", severity: "warning", message: more });
    }
  }

  const as =
    (severity: Diagnostic["severity"]): ReportOne =>
    (code, at, message, suggestion) => {
      // Finding a place and building a message costs; a hostile document asks for millions.
      if (diagnostics.length > diagnosticsMax) return;
      const hint = suggestion === undefined ? {} : { suggestion };
      push({ code, severity, message, source: placeOf(at), ...hint });
    };

  return {
    diagnostics,
    error: as("error"),
    warning: as("warning"),
    info: as("info"),
    add: (more) => more.forEach(push),
  };
}
