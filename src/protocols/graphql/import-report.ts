/** Collects findings of an import: each once, with its place, and no more than anybody reads. */
import type { ASTNode, GraphQLError, Source } from "graphql";
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";

export interface Report {
  readonly diagnostics: readonly Diagnostic[];
  readonly add: (
    severity: Diagnostic["severity"],
    code: string,
    at: SourcePlace | undefined,
    message: string,
  ) => void;
  /** What GraphQL's own rules have found. */
  readonly addErrors: (
    code: string,
    errors: readonly GraphQLError[],
    severity?: Diagnostic["severity"],
  ) => void;
  readonly placeOf: (node: ASTNode | null | undefined) => SourcePlace | undefined;
  /** Lines of this text are not those of the file that it comes from. */
  readonly hidePlaces: (source: Source) => void;
}

const diagnosticsMax = 1_000;

/** @param file where a finding without a place belongs. */
export function createReport(file: string): Report {
  const diagnostics: Diagnostic[] = [];
  const known = new Set<string>();
  const hidden = new Set<Source>();
  const place = (source: Source, line: number, column: number): SourcePlace =>
    hidden.has(source)
      ? { file: source.name, line: 1, column: 1 }
      : { file: source.name, line, column };
  const report: Report = {
    diagnostics,
    hidePlaces: (source) => void hidden.add(source),
    placeOf(node) {
      const loc = node?.loc;
      return loc && place(loc.source, loc.startToken.line, loc.startToken.column);
    },
    add(severity, code, at = { file, line: 1, column: 1 }, message) {
      if (diagnostics.length > diagnosticsMax) return;
      const key = `${code} ${at.file} ${at.line} ${at.column} ${message}`;
      if (known.has(key)) return;
      known.add(key);
      if (diagnostics.length < diagnosticsMax) {
        diagnostics.push({ code, severity, message, source: at });
        return;
      }
      const more = `only the first ${diagnosticsMax} findings are listed`;
      diagnostics.push({ code: "more-findings", severity: "warning", message: more });
    },
    addErrors(code, errors, severity = "error") {
      for (const { message, locations, source } of errors) {
        const [at] = locations ?? [];
        const where = at && source ? place(source, at.line, at.column) : undefined;
        report.add(severity, code, where, message.slice(0, 500));
      }
    },
  };
  return report;
}
