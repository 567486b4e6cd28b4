/**
 * Compiles the reader of one element under a contract: closures over its types, shared by all
 * readers of the same contract and options, and built when a message first needs them.
 */
import type { Contract, QualifiedName } from "#contract/contract.ts";
import { faultOf } from "#contract/document-fault.ts";
import type { RecordType, Type } from "#contract/types.ts";
import type { XmlRead, XmlReader, XmlReadOptions } from "./codec-options.ts";
import { decodeXmlBytes } from "./decode-bytes.ts";
import { defaultXmlLimits, messageXmlLimits } from "./limits.ts";
import { followReferences } from "./multi-reference.ts";
import { listNames } from "./name-match.ts";
import type { ElementFacets, ElementReader, GroupReader, ReadContext } from "./read-context.ts";
import { compileElement } from "./read-element.ts";
import { compileGroup } from "./read-group.ts";
import { compileOccurrence } from "./read-occurrence.ts";
import { XmlTokenizer } from "./tokenizer.ts";

export function compileXmlReader(
  contract: Contract,
  element: QualifiedName,
  type: Type,
  options: XmlReadOptions,
): XmlReader {
  const context = contextOf(contract, options);
  const nullable = options.nullable === true;
  const readElement = context.element(type, element.namespace, { nullable });
  const limits = options.limits === undefined ? defaultXmlLimits : messageXmlLimits(options.limits);
  const readAt: ElementReader = (tokenizer) => {
    if (!tokenizer.isNamed(element.name, element.namespace)) failName(tokenizer, element);
    return readElement(tokenizer);
  };
  return {
    readAt,
    read: (document, charset): XmlRead => {
      try {
        const text =
          typeof document === "string" ? document : decodeXmlBytes(document, charset, limits).text;
        const tokenizer = new XmlTokenizer(text, limits);
        tokenizer.next();
        const value = readAt(tokenizer);
        tokenizer.finish();
        return { kind: "value", value };
      } catch (error) {
        return faultOf(error);
      }
    },
  };
}

function failName(tokenizer: XmlTokenizer, element: QualifiedName): never {
  const found = { name: tokenizer.name, namespace: tokenizer.namespace };
  const message = `expected ${listNames([element], found)}, found ${listNames([found], element)}`;
  return tokenizer.fail("unexpected-element", message);
}

const contexts = new WeakMap<Contract, Map<string, ReadContext>>();

function contextOf(contract: Contract, options: XmlReadOptions): ReadContext {
  const { unknown, encoded = false, attributesIgnored = [] } = options;
  const key = JSON.stringify([unknown, encoded, [...attributesIgnored].sort()]);
  const byOptions = contexts.get(contract) ?? new Map<string, ReadContext>();
  contexts.set(contract, byOptions);
  const known = byOptions.get(key);
  if (known !== undefined) return known;
  const context = createContext(contract, { unknown, encoded, attributesIgnored });
  byOptions.set(key, context);
  return context;
}

function createContext(contract: Contract, options: XmlReadOptions): ReadContext {
  const elements = new Map<string, ElementReader>();
  const groups = new Map<RecordType, Map<string, GroupReader>>();
  const building = new Set<RecordType>();
  const compileWithReferences = (
    type: Type,
    namespace: string,
    facets: ElementFacets,
  ): ElementReader => {
    const read = compileElement(context, type, namespace, facets);
    return options.encoded === true ? followReferences(read) : read;
  };
  const context: ReadContext = {
    contract,
    options,
    attributesIgnored: new Set(options.attributesIgnored),
    element: (type, namespace, facets) => {
      if (type.kind !== "ref") return compileWithReferences(type, namespace, facets);
      const key = JSON.stringify([type.name, namespace, facets]);
      const known = elements.get(key);
      if (known !== undefined) return known;
      const slot = lazily(() => compileWithReferences(type, namespace, facets));
      elements.set(key, slot);
      return slot;
    },
    occurrence: (binding, type, namespace, facets) =>
      compileOccurrence(context, binding, type, namespace, facets),
    group: (record, namespace) => {
      const byNamespace = groups.get(record) ?? new Map<string, GroupReader>();
      groups.set(record, byNamespace);
      const known = byNamespace.get(namespace);
      if (known !== undefined) return known;
      if (building.has(record)) throw new Error("a group of the contract contains itself");
      building.add(record);
      const group = compileGroup(context, record, namespace);
      building.delete(record);
      byNamespace.set(namespace, group);
      return group;
    },
  };
  return context;
}

/** Compiled when it is first called: types refer to each other, and most are never needed. */
function lazily(compile: () => ElementReader): ElementReader {
  let compiled: ElementReader | undefined;
  return (tokenizer) => {
    compiled ??= compile();
    return compiled(tokenizer);
  };
}
