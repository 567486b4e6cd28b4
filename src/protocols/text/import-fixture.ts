/** Imports a text and tells what is wrong with it, one line a finding. */
import type { Contract } from "#contract/contract.ts";
import { textImporter } from "./import.ts";

export function importText(text: string): {
  readonly contract: Contract;
  readonly told: readonly string[];
} {
  const source = { file: "t.yaml", text, read: () => undefined };
  const { contract, diagnostics } = textImporter.import(source);
  const told = diagnostics.map(({ code, message, suggestion, source: place }) => {
    const hint = suggestion === undefined ? "" : ` (${suggestion})`;
    return `${place?.line}:${place?.column}: ${code}: ${message}${hint}`;
  });
  return { contract, told };
}
