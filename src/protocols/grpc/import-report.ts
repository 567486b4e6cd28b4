/** What is wrong with .proto files, by the line where the thing that is meant is declared. */
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";
import type { ContractSource } from "#extension/protocol.ts";

export interface ProtoReport {
  readonly diagnostics: readonly Diagnostic[];
  add(code: string, severity: Diagnostic["severity"], message: string, source?: SourcePlace): void;
  /** Of the main file; its first line when the word is not found. */
  placeOf(declaration: RegExp): SourcePlace;
}

const diagnosticsMax = 500;

export function createProtoReport({ file, text }: ContractSource): ProtoReport {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const first = { file, line: 1, column: 1 };
  return {
    diagnostics,
    add(code, severity, message, source = first) {
      const key = `${code} ${message}`;
      if (seen.has(key) || diagnostics.length >= diagnosticsMax) return;
      seen.add(key);
      diagnostics.push({ code, severity, message, source });
    },
    placeOf(declaration) {
      const match = declaration.exec(text);
      if (match === null) return first;
      const before = text.slice(0, match.index + match[0].search(/\S/));
      const lineStart = before.lastIndexOf("\n") + 1;
      const line = before.split("\n").length;
      return { file, line, column: before.length - lineStart + 1 };
    },
  };
}
