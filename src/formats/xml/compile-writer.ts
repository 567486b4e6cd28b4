/**
 * Compiles the writer of one element under a contract. Every namespace that it may need is declared
 * at its root, under prefixes that are the same in all documents of the contract.
 */
import type { Contract, QualifiedName } from "#contract/contract.ts";
import { faultOf } from "#contract/document-fault.ts";
import type { RecordType, Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import type { BytesTaker, XmlWrite, XmlWriter, XmlWriteOptions } from "./codec-options.ts";
import { schemaInstanceNamespace } from "./namespace-scope.ts";
import { createPrefixes, neededNamespaces } from "./prefixes.ts";
import type { RecordWriter, WriteContext } from "./write-context.ts";
import { compileElementWriter } from "./write-element.ts";
import { compileOccurrenceWriter, nameOf } from "./write-occurrence.ts";
import { compileRecordWriter } from "./write-record.ts";
import { escapeUri } from "./write-text.ts";
import { XmlOutput } from "./xml-output.ts";

const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

export function compileXmlWriter(
  contract: Contract,
  element: QualifiedName,
  type: Type,
  options: XmlWriteOptions = {},
): XmlWriter {
  const context = contextOf(contract);
  const nullable = options.nullable === true;
  const needed = neededNamespaces(contract, element, type, nullable);
  let declarations = "";
  for (const namespace of needed.namespaces) {
    const prefix = context.prefixes.of(namespace).slice(0, -1);
    declarations += ` xmlns:${prefix}="${escapeUri(namespace)}"`;
  }
  if (needed.schemaInstance) declarations += ` xmlns:xsi="${schemaInstanceNamespace}"`;
  const name = nameOf(context, element);
  const writeElement = context.element(name, type, element.namespace, nullable);
  const write = (value: Value, head: string, takeBytes?: BytesTaker): XmlWrite => {
    const output = new XmlOutput();
    output.text = head;
    output.takeBytes = takeBytes;
    try {
      writeElement(output, value, declarations);
      return { kind: "text", text: output.text };
    } catch (error) {
      return faultOf(error);
    }
  };
  return {
    write: (value, takeBytes) => write(value, "", takeBytes),
    writeDocument: (value) => write(value, xmlDeclaration),
  };
}

const contexts = new WeakMap<Contract, WriteContext>();

function contextOf(contract: Contract): WriteContext {
  let context = contexts.get(contract);
  if (context === undefined) {
    context = createContext(contract);
    contexts.set(contract, context);
  }
  return context;
}

function createContext(contract: Contract): WriteContext {
  const records = new Map<RecordType, Map<string, RecordWriter>>();
  const building = new Set<RecordType>();
  const context: WriteContext = {
    contract,
    prefixes: createPrefixes(contract),
    element: (name, type, namespace, nullable) =>
      compileElementWriter(context, name, type, namespace, nullable),
    occurrence: (binding, type, namespace, nullable) =>
      compileOccurrenceWriter(context, binding, type, namespace, nullable),
    record: (record, namespace) => {
      const byNamespace = records.get(record) ?? new Map<string, RecordWriter>();
      records.set(record, byNamespace);
      const known = byNamespace.get(namespace);
      if (known !== undefined) return known;
      if (building.has(record)) throw new Error("a group of the contract contains itself");
      building.add(record);
      const writer = compileRecordWriter(context, record, namespace);
      building.delete(record);
      byNamespace.set(namespace, writer);
      return writer;
    },
  };
  return context;
}
