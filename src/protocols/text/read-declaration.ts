/** The document of a text contract: parsed, held against its schema, with its places. */
import { hasErrors, type Diagnostic, type SourcePlace } from "#base/diagnostic.ts";
import { checkSchema } from "#formats/yaml/check-schema.ts";
import { toPlain, type PlacedNode } from "#formats/yaml/node-path.ts";
import type { ContractSource } from "#extension/protocol.ts";
import { parseText } from "#formats/yaml/parse-text.ts";
import type { DeclaredText } from "./declared.ts";
import { textSchema } from "./schema.ts";

export interface ReadDeclaration {
  /** Undefined exactly when a diagnostic is an error. */
  readonly declared: DeclaredText | undefined;
  readonly root: PlacedNode;
  readonly placeAt: (offset: number) => SourcePlace;
  readonly diagnostics: readonly Diagnostic[];
}

const bounds = {
  textLengthMax: 4 * 1024 ** 2,
  depthMax: 40,
  nodesMax: 200_000,
  expected: "a contract that begins with `parlance: text/1`",
};

export function readDeclaration({
  file,
  text,
}: Pick<ContractSource, "file" | "text">): ReadDeclaration {
  const { root, diagnostics, placeAt } = parseText(text, file, bounds);
  if (root === undefined) return { declared: undefined, root: nothing, placeAt, diagnostics };
  const plain = toPlain(root, textSchema);
  const all = [...diagnostics, ...checkSchema(plain, root, new Set(), placeAt, textSchema)];
  const declared = hasErrors(all) ? undefined : (plain as DeclaredText);
  return { declared, root, placeAt, diagnostics: all.slice(0, diagnosticsMax) };
}

/** More than anybody reads. */
const diagnosticsMax = 100;
const nothing: PlacedNode = { kind: "scalar", offset: 0, value: null };
