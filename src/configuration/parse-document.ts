/** The text of a configuration file to placed nodes, within the bounds of what it ever nests. */
import { parseYaml, type ParsedDocument } from "#formats/yaml/parse-yaml.ts";

export type { ParsedDocument } from "#formats/yaml/parse-yaml.ts";

/** What only quotes keep from being read as YAML inside `{ }` and `[ ]`. */
function suggest(lineToFault: string): string | undefined {
  if (lineToFault.endsWith("${")) {
    return 'write references in quotes inside { } and [ ]: "${NAME}"';
  }
  return /\/\S*\{$/.test(lineToFault)
    ? 'write paths in quotes inside { } and [ ]: "/orders/{id}"'
    : undefined;
}

export function parseDocument(text: string, file: string): ParsedDocument {
  return parseYaml(text, file, {
    depthMax: 32,
    aliasedNodesMax: 10_000,
    mergeKeys: false,
    expected: "at least `version: 1`",
    suggest,
  });
}
