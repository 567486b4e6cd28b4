/**
 * Reads contract documents that refer to each other: each file once, a bounded number of them.
 * What may be read at all is decided by `read`, which the caller of an importer gives.
 */
import type { SourcePlace } from "#base/diagnostic.ts";
import { contractDocumentLimits, type ContractLimits } from "#base/limits.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import { parseXmlTree } from "#formats/xml/parse-tree.ts";
import type { Report } from "./report.ts";

export interface ContractDocument {
  readonly file: string;
  readonly root: XmlElement;
}

/** As in the extension's ContractSource. */
export type ReadReference = (
  reference: string,
  from: string,
) => { readonly file: string; readonly text: string } | undefined;

export interface DocumentReader {
  readonly parse: (text: string, file: string) => ContractDocument | undefined;
  /** Undefined: it could not be read or parsed, which is reported at `place` or in the file. */
  readonly read: (
    reference: string,
    from: string,
    place: SourcePlace,
  ) => ContractDocument | undefined;
}

export function createDocumentReader(
  readReference: ReadReference,
  report: Report,
  limits: ContractLimits,
): DocumentReader {
  const references = new Map<string, ContractDocument | undefined>();
  const documents = new Map<string, ContractDocument | undefined>();
  let elementsLeft = limits.elementsMax;

  function parse(text: string, file: string): ContractDocument | undefined {
    if (documents.has(file)) return documents.get(file);
    const nodesMax = Math.min(elementsLeft, contractDocumentLimits.nodesMax);
    const { depthMax } = limits;
    const tree = parseXmlTree(text, { ...contractDocumentLimits, depthMax, nodesMax });
    let document: ContractDocument | undefined;
    if ("root" in tree) {
      elementsLeft -= countElements(tree.root);
      document = { file, root: tree.root };
    } else {
      const { code, message, line, column } = tree.diagnostic;
      report.add("error", code, message, { file, line, column });
    }
    documents.set(file, document);
    return document;
  }

  function readOnce(reference: string, from: string, place: SourcePlace) {
    if (documents.size >= limits.filesMax) {
      const text = `more than ${limits.filesMax} files (filesMax); ${reference} is not read`;
      report.add("error", "too-many-files", text, place);
      return undefined;
    }
    const found = readReference(reference, from);
    if (found !== undefined) return parse(found.text, found.file);
    const text = `cannot read "${reference}"; expected a document that lies beside ${from}`;
    report.add("warning", "missing-document", text, place);
    return undefined;
  }

  return {
    parse,
    read(reference, from, place) {
      const key = `${from}\n${reference}`;
      if (!references.has(key)) references.set(key, readOnce(reference, from, place));
      return references.get(key);
    },
  };
}

function countElements(root: XmlElement): number {
  let count = 0;
  const open = [root];
  for (let element = open.pop(); element !== undefined; element = open.pop()) {
    count++;
    for (const child of element.children) if (typeof child !== "string") open.push(child);
  }
  return count;
}
