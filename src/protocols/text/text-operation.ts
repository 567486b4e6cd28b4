/** What is compiled of an operation: its messages and the failures that its answers may be. */
import { assert } from "#base/assert.ts";
import type { DocumentLimits } from "#base/limits.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import type {
  Charset,
  TextBinding,
  TextFault,
  TextLayout,
  TextSpeech,
} from "#contract/text-layout.ts";
import { orFault } from "#contract/document-fault.ts";
import type { Type } from "#contract/types.ts";
import { createRecord } from "#contract/value.ts";
import { charsetOf } from "#formats/delimited-text/charset.ts";
import { compileTextCodec, type MessageCodec } from "#formats/delimited-text/compile.ts";
import { compileXmlReader } from "#formats/xml/compile-reader.ts";
import { compileXmlWriter } from "#formats/xml/compile-writer.ts";
import type { ValueRecord } from "#contract/value.ts";
import { compileTemplate, type FaultTemplate } from "./fault-template.ts";
import { xmlDocument } from "./xml-document.ts";
import { compileXmlRpc } from "./xml-rpc.ts";

export interface TextOperation {
  readonly operation: Operation;
  readonly binding: TextBinding;
  readonly request: MessageCodec;
  readonly answer: MessageCodec | undefined;
  readonly faults: readonly CompiledFault[];
}

export interface CompiledFault {
  readonly fault: TextFault;
  readonly template: FaultTemplate | undefined;
}

export function speechOf({ text }: Contract): TextSpeech {
  return text ?? { charset: "utf-8", framing: undefined, errors: undefined };
}

/** Compiled when it is first asked for; undefined: the operation has no text. */
export function createTextOperations(
  contract: Contract,
  limits: DocumentLimits,
): (operation: Operation) => TextOperation | undefined {
  const known = new Map<Operation, TextOperation>();
  return (operation) => {
    const found = known.get(operation);
    if (found !== undefined || operation.text === undefined) return found;
    const compiled = compile(contract, limits, operation, operation.text);
    known.set(operation, compiled);
    return compiled;
  };
}

function compile(
  contract: Contract,
  limits: DocumentLimits,
  operation: Operation,
  binding: TextBinding,
): TextOperation {
  const { charset } = speechOf(contract);
  const { input, output } = operation;
  const codec = (type: Type, layout: TextLayout): MessageCodec =>
    compileMessage(contract, type, layout, charset, limits);
  const { answer } = binding;
  return {
    operation,
    binding,
    request: codec(input.type, binding.request),
    answer: answer && output && codec(output.type, answer),
    faults: binding.faults.map((fault) => ({ fault, template: templateOf(fault.match) })),
  };
}

/** Templates were checked when the contract was imported. */
export function templateOf(match: string | undefined): FaultTemplate | undefined {
  if (match === undefined) return undefined;
  const template = compileTemplate(match);
  assert(typeof template !== "string", `the template ${match} was not checked`);
  return template;
}

function compileMessage(
  contract: Contract,
  type: Type,
  layout: TextLayout,
  charset: Charset,
  limits: DocumentLimits,
): MessageCodec {
  switch (layout.kind) {
    case "empty":
      return nothing;
    case "xml":
      return xmlCodec(contract, type, layout.root, charset, limits);
    case "xml-rpc":
      return compileXmlRpc(contract, type, layout, limits);
    default:
      return compileTextCodec(contract, type, layout, { charset, limits });
  }
}

const nothing: MessageCodec = {
  read(bytes) {
    if (bytes.length === 0) return { kind: "value", value: createRecord() };
    const message = "expected an empty message";
    return { kind: "fault", code: "unexpected-constant", message, place: "" };
  },
  write: () => ({ kind: "bytes", bytes: Buffer.alloc(0) }),
};

/** Elements without namespaces; what the charset lacks is written as a reference. */
function xmlCodec(
  contract: Contract,
  type: Type,
  root: string,
  name: Charset,
  limits: DocumentLimits,
): MessageCodec {
  const element = { name: root, namespace: "" };
  const reader = compileXmlReader(contract, element, type, { unknown: "reject", limits });
  const writer = compileXmlWriter(contract, element, type);
  const charset = charsetOf(name);
  return {
    read(bytes) {
      const read = orFault(() => reader.read(xmlDocument(charset, Buffer.from(bytes))));
      if (read.kind === "value") return { kind: "value", value: read.value as ValueRecord };
      const isOther = read.code === "unexpected-element" && !read.place.includes("/");
      return isOther ? { ...read, code: "unexpected-constant" } : read;
    },
    write(record) {
      const written = writer.write(record);
      if (written.kind === "fault") return written;
      const text = written.text.replaceAll(/[^\x00-\x7F]/gu, (character) =>
        charset.lacking(character) === undefined
          ? character
          : `&#${character.codePointAt(0) as number};`,
      );
      const head = `<?xml version="1.0" encoding="${name}"?>\n`;
      return { kind: "bytes", bytes: charset.encode(head + text) };
    },
  };
}
