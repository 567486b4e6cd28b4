/** The operations of a contract as SOAP knows them: codecs, and how a message finds its own. */
import type { Contract, Operation, QualifiedName, SoapBinding } from "#contract/contract.ts";
import { collectOutputs } from "#contract/collected-stream.ts";
import type { Type } from "#contract/types.ts";
import { clarkName } from "#formats/xml/bindings.ts";
import type { XmlReader, XmlWriter } from "#formats/xml/codec-options.ts";
import { compileXmlReader } from "#formats/xml/compile-reader.ts";
import { compileXmlWriter } from "#formats/xml/compile-writer.ts";
import { type BodyCodec, compileBody } from "./body-codec.ts";
import { compileHeaders, type HeaderCodec } from "./header-blocks.ts";
import { bindingOf, elementOfFault, elementOfHeader } from "./soap-binding.ts";
import { attributeNamespaces } from "./versions.ts";

export interface SoapOperation {
  readonly operation: Operation;
  readonly binding: SoapBinding;
  /** Compiled when first needed. */
  readonly input: MessageCodec;
  /** Undefined for one-way; of a stream, the list of its outputs. */
  readonly output: MessageCodec | undefined;
  readonly faults: readonly SoapFaultCodec[];
}

export interface MessageCodec {
  readonly body: BodyCodec;
  readonly headers: HeaderCodec;
}

export interface SoapFaultCodec {
  readonly name: string;
  readonly element: QualifiedName;
  readonly reader: XmlReader;
  readonly writer: XmlWriter;
}

export interface SoapOperations {
  readonly find: (operation: Operation) => SoapOperation;
  /** Those whose input begins the Body with this element; with none: those of an empty Body. */
  readonly byElement: (element: QualifiedName | undefined) => readonly SoapOperation[];
  readonly byAction: (action: string) => readonly SoapOperation[];
  readonly declaresHeader: (name: QualifiedName) => boolean;
  /** For messages: elements of inputs, the first few. */
  readonly elements: readonly string[];
}

export function compileOperations(contract: Contract): SoapOperations {
  const byElement = new Map<string, SoapOperation[]>();
  const byAction = new Map<string, SoapOperation[]>();
  const byId = new Map<string, SoapOperation>();
  const headers = new Set<string>();
  for (const operation of contract.operations) {
    const compiled = prepareOperation(contract, operation);
    const { input, action } = compiled.binding;
    byId.set(operation.id, compiled);
    for (const field of operation.input.headers) {
      headers.add(clarkName(elementOfHeader(contract, field)));
    }
    addTo(byElement, input === undefined ? "" : clarkName(input), compiled);
    addTo(byAction, action, compiled);
  }
  return {
    find: (operation) => byId.get(operation.id) ?? prepareOperation(contract, operation),
    byElement: (element) => byElement.get(element === undefined ? "" : clarkName(element)) ?? [],
    byAction: (action) => byAction.get(action) ?? [],
    declaresHeader: (name) => headers.has(clarkName(name)),
    elements: [...byElement.keys()].slice(0, 5),
  };
}

function addTo(index: Map<string, SoapOperation[]>, key: string, one: SoapOperation): void {
  const others = index.get(key);
  if (others === undefined) index.set(key, [one]);
  else others.push(one);
}

function prepareOperation(contract: Contract, operation: Operation): SoapOperation {
  const binding = bindingOf(contract, operation);
  let input: MessageCodec | undefined;
  let output: MessageCodec | undefined;
  let faults: readonly SoapFaultCodec[] | undefined;
  const collected = collectOutputs(contract, operation);
  const compile = (direction: "input" | "output"): MessageCodec | undefined => {
    const message = collected[direction];
    if (message === undefined) return undefined;
    return {
      body: compileBody(contract, binding, direction, message),
      headers: compileHeaders(contract, message.headers),
    };
  };
  return {
    operation,
    binding,
    get input() {
      return (input ??= compile("input") as MessageCodec);
    },
    get output() {
      return (output ??= compile("output"));
    },
    get faults() {
      return (faults ??= compileFaults(contract, operation));
    },
  };
}

function compileFaults(contract: Contract, operation: Operation): readonly SoapFaultCodec[] {
  return operation.faults.flatMap((fault) => {
    const element = elementOfFault(contract, operation, fault);
    if (element === undefined) return [];
    const type = fault.type as Type;
    const options = { unknown: "reject", attributesIgnored: attributeNamespaces } as const;
    return [
      {
        name: fault.name,
        element,
        reader: compileXmlReader(contract, element, type, options),
        writer: compileXmlWriter(contract, element, type, {}),
      },
    ];
  });
}
