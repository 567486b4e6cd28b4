/** YAML 1.2 text to placed nodes: simple text at once, the rest through the `yaml` library. */
import { LineCounter, parseDocument, type Document } from "yaml";
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";
import { parseJson } from "./parse-json.ts";
import type { PlacedNode } from "./placed-node.ts";
import { createPlaces } from "./places.ts";
import { createNodeReader, type NodeBounds } from "./read-nodes.ts";
import { readSimple } from "./read-simple.ts";

export interface ParsedDocument {
  /** Undefined when the text cannot be understood; then there is a diagnostic that says why. */
  readonly root: PlacedNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly placeAt: (offset: number) => SourcePlace;
}

export interface YamlOptions extends NodeBounds {
  /** What an empty file should hold: "at least `version: 1`". */
  readonly expected: string;
  /** What may have been meant by the line that could not be read. */
  readonly suggest?: (lineToFault: string) => string | undefined;
}

export function parseYaml(text: string, file: string, options: YamlOptions): ParsedDocument {
  const { depthMax, mergeKeys } = options;
  // Every JSON text is YAML, too; where maps are merged it was tried before.
  const isJson = text.startsWith("{") && !mergeKeys;
  const root = isJson
    ? parseJson(text, { depthMax, nodesMax: Infinity }).root
    : readSimple(text, depthMax);
  if (root === undefined) return parseWithLibrary(text, file, options);
  return { root, diagnostics: [], placeAt: createPlaces(text, file) };
}

/** For what says that it is wrong, and where. */
export function parseWithLibrary(text: string, file: string, options: YamlOptions): ParsedDocument {
  const lineCounter = new LineCounter();
  const placeAt = (offset: number): SourcePlace => {
    const { line, col } = lineCounter.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (code: string, offset: number, message: string, suggestion?: string) => {
    const hint = suggestion === undefined ? {} : { suggestion };
    const source = placeAt(offset);
    const diagnostic: Diagnostic = { code, severity: "error", message, source, ...hint };
    return { root: undefined, diagnostics: [diagnostic], placeAt };
  };
  let document: Document.Parsed;
  try {
    // Repeated keys are found by our own reader, which is not quadratic.
    document = parseDocument(text, { lineCounter, uniqueKeys: false, prettyErrors: false });
  } catch (error) {
    return refuse("yaml-syntax", 0, `this is not YAML: ${String(error)}`);
  }
  const fault = firstFault(document);
  if (fault !== undefined) {
    const [code, message, suggestion] = explainFault(fault, text, options);
    return refuse(code, fault.offset, message, suggestion);
  }
  const { explicit, version } = document.directives.yaml;
  if (explicit && version !== "1.2") {
    return refuse("yaml-version", 0, `%YAML ${version} is not supported; expected YAML 1.2`);
  }
  if (document.contents === null) {
    return refuse("empty-file", 0, `the file is empty; expected ${options.expected}`);
  }
  const reader = createNodeReader(placeAt, options);
  const root = reader.read(document.contents);
  return { root, diagnostics: reader.diagnostics, placeAt };
}

interface YamlFault {
  readonly code: string;
  readonly offset: number;
  readonly message: string;
}

/** One fault is enough: those behind it are mostly its consequences. */
function firstFault(document: Document.Parsed): YamlFault | undefined {
  let first: YamlFault | undefined;
  for (const { code, pos, message } of [...document.errors, ...document.warnings]) {
    const fault = { code, offset: pos[0], message };
    if (code === "RESOURCE_EXHAUSTION") return fault;
    if (first === undefined || fault.offset < first.offset) first = fault;
  }
  return first;
}

function explainFault(
  { code, offset, message }: YamlFault,
  text: string,
  { suggest }: YamlOptions,
): readonly [code: string, message: string, suggestion?: string] {
  switch (code) {
    case "RESOURCE_EXHAUSTION":
      return ["nested-too-deep", "values are nested too deeply"];
    case "TAB_AS_INDENT":
      return ["tab-indent", "a tab indents this line; expected spaces (YAML 1.2.2 §6.1)"];
    case "MULTIPLE_DOCS":
      return ["several-documents", "a second YAML document begins here; expected one document"];
    case "TAG_RESOLVE_FAILED":
      return ["yaml-tag", `${lowerFirst(message)}; expected a value without a tag`];
    case "BLOCK_AS_IMPLICIT_KEY":
      return [
        "yaml-syntax",
        `a map or list begins where one is not possible (${lowerFirst(message)})`,
        "check the indentation, and put text that contains `: ` in quotes",
      ];
    default: {
      const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
      const line = text.slice(lineStart, offset + 1);
      const hint = suggest?.(line);
      return hint === undefined
        ? ["yaml-syntax", lowerFirst(message)]
        : ["yaml-syntax", lowerFirst(message), hint];
    }
  }
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
