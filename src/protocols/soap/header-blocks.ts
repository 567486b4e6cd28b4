/** Typed headers: the blocks of a message that the contract declares, read and written. */
import type { Contract, HeaderField, QualifiedName } from "#contract/contract.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { DocumentFailure, faultOf } from "#contract/document-fault.ts";
import type { XmlReader, XmlWriter } from "#formats/xml/codec-options.ts";
import { compileXmlReader } from "#formats/xml/compile-reader.ts";
import { compileXmlWriter } from "#formats/xml/compile-writer.ts";
import type { HeaderBlock, OpenEnvelope } from "./envelope.ts";
import { elementOfHeader } from "./soap-binding.ts";
import { attributeNamespaces } from "./versions.ts";

export interface HeaderCodec {
  /** @param strict whether required ones have to be there. */
  readonly read: (envelope: OpenEnvelope, strict: boolean) => ValueRecord;
  /** Blocks in the order of the contract; `soap` is the prefix of the envelope. */
  readonly write: (values: ValueRecord) => string;
}

interface CompiledHeader {
  readonly field: HeaderField;
  readonly element: QualifiedName;
  readonly reader: XmlReader;
  readonly writer: XmlWriter;
}

export function compileHeaders(contract: Contract, fields: readonly HeaderField[]): HeaderCodec {
  const headers = fields.map((field): CompiledHeader => {
    const element = elementOfHeader(contract, field);
    const options = { unknown: "reject", attributesIgnored: attributeNamespaces } as const;
    return {
      field,
      element,
      reader: compileXmlReader(contract, element, field.type, options),
      writer: compileXmlWriter(contract, element, field.type, {}),
    };
  });
  const find = ({ name, namespace }: QualifiedName) =>
    headers.find(({ element }) => element.name === name && element.namespace === namespace);
  return {
    read: (envelope, strict) => {
      const values = createRecord();
      for (const block of envelope.blocks) {
        const header = block.isOurs ? find(block) : undefined;
        if (header === undefined) continue;
        const { name } = header.field;
        if (values[name] !== undefined) fail(block, "stands twice");
        values[name] = readBlock(envelope, block, header.reader);
      }
      for (const { field, element } of headers) {
        if (!strict || !field.required || values[field.name] !== undefined) continue;
        fail(element, "is required and missing");
      }
      return values;
    },
    write: (values) => headers.map((header) => writeBlock(header, values)).join(""),
  };
}

/** Places are counted from the block on; the envelope round it is behind us. */
function readBlock({ tokenizer }: OpenEnvelope, block: HeaderBlock, reader: XmlReader): Value {
  try {
    return tokenizer.visit(block, () => reader.readAt(tokenizer));
  } catch (error) {
    const fault = faultOf(error);
    throw new DocumentFailure({ ...fault, place: `Envelope/Header/${fault.place}` });
  }
}

function fail({ name, namespace }: QualifiedName, what: string): never {
  const message = `the header block {${namespace}}${name} ${what}`;
  throw new DocumentFailure({
    kind: "fault",
    code: "soap-header",
    message,
    place: `Envelope/Header/${name}`,
  });
}

/** A block without which the service cannot do must be understood; others may be ignored. */
function writeBlock({ field, writer, element }: CompiledHeader, values: ValueRecord): string {
  const value = values[field.name];
  if (value === undefined) {
    if (field.required) fail(element, "is required and missing");
    return "";
  }
  const written = writer.write(value);
  if (written.kind === "fault") throw new DocumentFailure(written);
  // Opaque XML has attributes of its own.
  return field.required && field.type.kind !== "opaque"
    ? written.text.replace(/^<[^\s/>]+/, (tag) => `${tag} soap:mustUnderstand="1"`)
    : written.text;
}

/** Blocks that must be understood by us, and that neither the contract nor the face knows. */
export function notUnderstood(
  blocks: readonly HeaderBlock[],
  isKnown: (name: QualifiedName) => boolean,
): readonly HeaderBlock[] {
  return blocks.filter((block) => block.isOurs && block.mustUnderstand && !isKnown(block));
}
