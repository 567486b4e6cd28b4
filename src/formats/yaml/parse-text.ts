/** The text of a contract document, JSON or YAML, to placed nodes; never throws, always bounded. */
import { parseJson } from "./parse-json.ts";
import { parseYaml, type ParsedDocument } from "./parse-yaml.ts";
import { createPlaces } from "./places.ts";

export interface TextBounds {
  /** UTF-16 units; of YAML, whose reader needs a hundred times the memory, half of it. */
  readonly textLengthMax: number;
  readonly depthMax: number;
  /** Values in all. */
  readonly nodesMax: number;
  /** What an empty file should hold. */
  readonly expected: string;
}

const aliasedNodesMax = 100_000;

export function parseText(text: string, file: string, bounds: TextBounds): ParsedDocument {
  const placeAt = createPlaces(text, file);
  const refuse = (code: string, offset: number, message: string): ParsedDocument => ({
    root: undefined,
    diagnostics: [{ code, severity: "error", message, source: placeAt(offset) }],
    placeAt,
  });
  const isJson = /^\uFEFF?\s*[{[]/.test(text.slice(0, 4_096));
  const lengthMax = isJson ? bounds.textLengthMax : Math.floor(bounds.textLengthMax / 2);
  if (text.length > lengthMax) {
    const what = isJson ? "this JSON document" : "this YAML document";
    return refuse("document-too-large", 0, `${what} has more than ${lengthMax} characters`);
  }
  if (isJson) {
    const { root, fault } = parseJson(
      text.startsWith("\uFEFF") ? ` ${text.slice(1)}` : text,
      bounds,
    );
    if (root !== undefined) return { root, diagnostics: [], placeAt };
    // YAML may begin with a brace as well; what says that it is JSON, or is large, is judged so.
    if (fault.code !== "json-syntax" || file.endsWith(".json") || text.length > 1_000_000) {
      return refuse(fault.code, fault.offset, fault.message);
    }
  }
  const { depthMax, expected } = bounds;
  if (mayHoldMoreThan(bounds.nodesMax, text)) {
    return refuse(
      "document-too-large",
      0,
      `the document holds more than ${bounds.nodesMax} values`,
    );
  }
  return parseYaml(text, file, { depthMax, expected, aliasedNodesMax, mergeKeys: true });
}

/** Counted before reading, since the reader of YAML cannot be told to stop. */
function mayHoldMoreThan(nodesMax: number, text: string): boolean {
  if (text.length <= nodesMax) return false;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Line feed, comma, opening bracket and brace: a value each, at most.
    if (unit === 0x0a || unit === 0x2c || unit === 0x5b || unit === 0x7b) count++;
  }
  return count > nodesMax;
}
