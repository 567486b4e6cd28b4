/**
 * The documents of one contract: the one that was asked for and those that it refers to, each read
 * once, all together within bounds.
 */
import { parseText } from "#formats/yaml/parse-text.ts";
import { entriesOf, itemsOf, textAt, type LoadedDocument, type Located } from "./located.ts";
import type { Report } from "./report.ts";

/** 20 MiB of text in all; a contract of 5 MB is already a rarity. */
const bounds = {
  textLengthMax: 20 * 1024 ** 2,
  depthMax: 200,
  nodesMax: 800_000,
  expected: "an OpenAPI document",
};
const documentsMax = 1_000;

export type ReadDocument = (
  reference: string,
  from: string,
) => { readonly file: string; readonly text: string } | undefined;

export interface Documents {
  readonly parse: (file: string, text: string) => LoadedDocument | undefined;
  /** A document by its name as it is referred to; undefined when it cannot be had. */
  readonly load: (reference: string, from: LoadedDocument) => LoadedDocument | undefined;
  /** What `$anchor`, `$dynamicAnchor` or `$id` of a document names so. */
  readonly anchor: (document: LoadedDocument, name: string) => Located | undefined;
}

export function createDocuments(read: ReadDocument, report: Report): Documents {
  const byFile = new Map<string, LoadedDocument | undefined>();
  const byReference = new Map<string, LoadedDocument | undefined>();
  const anchors = new Map<LoadedDocument, ReadonlyMap<string, Located>>();
  let lengthLeft = bounds.textLengthMax;

  function parse(file: string, text: string): LoadedDocument | undefined {
    if (byFile.has(file)) return byFile.get(file);
    const ownBounds = { ...bounds, textLengthMax: Math.max(0, lengthLeft) };
    const { root, diagnostics, placeAt } = parseText(text, file, ownBounds);
    lengthLeft -= text.length;
    report.add(diagnostics);
    const document = root && { file, root, placeAt };
    byFile.set(file, document);
    return document;
  }

  function load(reference: string, from: LoadedDocument): LoadedDocument | undefined {
    const key = `${from.file}\n${reference}`;
    if (byReference.has(key)) return byReference.get(key);
    if (byReference.size >= documentsMax) return undefined;
    const found = readSafely(reference, from.file);
    const document = found && parse(found.file, found.text);
    byReference.set(key, document);
    return document;
  }

  function readSafely(reference: string, from: string): ReturnType<ReadDocument> {
    try {
      return read(reference, from);
    } catch {
      return undefined;
    }
  }

  function anchor(document: LoadedDocument, name: string): Located | undefined {
    let known = anchors.get(document);
    if (known === undefined) {
      known = findAnchors(document);
      anchors.set(document, known);
    }
    return known.get(name);
  }

  return { parse, load, anchor };
}

/** Anchors under `#name`, identifiers as they are written. */
function findAnchors(document: LoadedDocument): ReadonlyMap<string, Located> {
  const found = new Map<string, Located>();
  const add = (name: string | undefined, at: Located) => {
    if (name !== undefined && !found.has(name)) found.set(name, at);
  };
  const visit = (at: Located): void => {
    for (const key of ["$anchor", "$dynamicAnchor"]) {
      const name = textAt(at, key);
      if (name !== undefined) add(`#${name}`, at);
    }
    add(textAt(at, "$id") ?? textAt(at, "id"), at);
    for (const entry of entriesOf(at)) visit(entry);
    for (const item of itemsOf(at)) visit(item);
  };
  visit({ node: document.root, document });
  return found;
}
