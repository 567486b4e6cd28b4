/** The text of a configuration file to placed nodes, within the bounds of what it ever nests. */
import { parseYaml, type ParsedDocument } from "#formats/yaml/parse-yaml.ts";

export type { ParsedDocument } from "#formats/yaml/parse-yaml.ts";

export function parseDocument(text: string, file: string): ParsedDocument {
  return parseYaml(text, file, {
    depthMax: 32,
    aliasedNodesMax: 10_000,
    mergeKeys: false,
    expected: "at least `version: 1`",
    suggest: (line) =>
      line.endsWith("${") ? 'write references in quotes inside { } and [ ]: "${NAME}"' : undefined,
  });
}
