/**
 * What stands in the Body for one direction of an operation: a wrapper whose children are the
 * fields, the fields side by side, or nothing; bytes that travel beside the envelope apart.
 */
import type { Contract, Message, QualifiedName, SoapBinding } from "#contract/contract.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import type { Field, RecordType, RefType } from "#contract/types.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { resolveType } from "#formats/xml/bindings.ts";
import type { BytesTaker, XmlReader, XmlWrite, XmlWriter } from "#formats/xml/codec-options.ts";
import { compileXmlReader } from "#formats/xml/compile-reader.ts";
import { compileXmlWriter } from "#formats/xml/compile-writer.ts";
import { endTag, startTag, type XmlTokenizer } from "#formats/xml/tokenizer.ts";
import type { MimePart } from "./multipart.ts";
import { attributeNamespaces } from "./versions.ts";

export interface BodyCodec {
  /**
   * From the first element of the Body, or its end tag when it is empty, to its end tag. Throws
   * DocumentFailure.
   */
  readonly read: (tokenizer: XmlTokenizer, parts: readonly MimePart[], how: HowRead) => ValueRecord;
  /** The content of the Body, attachments in it or left out of it. Throws DocumentFailure. */
  readonly write: (
    value: ValueRecord,
    attachments: "inline" | "beside",
    takeBytes?: BytesTaker,
  ) => string;
  /** Fields of bytes that the contract sends beside the envelope, and are there. */
  readonly attachments: (value: ValueRecord) => readonly Attachment[];
}

export interface HowRead {
  readonly encoded: boolean;
  /** Names of wrappers in answers of rpc style mean nothing (SOAP 1.1 §7.1). */
  readonly anyWrapper: boolean;
  /** Of elements and attributes that the contract does not know; absent: they are rejected. */
  readonly unknown?: "reject" | "drop";
}

export interface Attachment {
  readonly name: string;
  readonly mediaType: string;
  readonly content: Uint8Array;
}

export function compileBody(
  contract: Contract,
  binding: SoapBinding,
  direction: "input" | "output",
  message: Message,
): BodyCodec {
  const attached = binding.attachments?.[direction] ?? [];
  const record = resolveType(contract, message.type).type as RecordType;
  const fields = record.fields.filter(({ name }) => attached.includes(name));
  const readable = withOptional(message.type, record, attached);
  const element = binding[direction];
  const shape =
    binding.wrapped && element !== undefined
      ? wrappedBody(contract, element, readable)
      : bareBody(contract, binding.wrapped ? [] : fieldsOf(readable, record));
  return {
    read: (tokenizer, parts, how) => {
      const value = shape.read(tokenizer, how);
      const taken = new Set<MimePart>();
      const filled = fields.length === 0 ? value : takeAttachments(value, fields, parts, taken);
      if (how.unknown !== "drop") refuseOthers(parts, taken);
      return filled;
    },
    write: (value, attachments, takeBytes) => {
      const isBeside = fields.length > 0 && attachments === "beside";
      return shape.write(isBeside ? without(value, attached) : value, takeBytes);
    },
    attachments: (value) =>
      fields.flatMap(({ name, type }) => {
        const content = value[name];
        const mediaType = type.kind === "bytes" ? type.mediaType : undefined;
        if (!(content instanceof Uint8Array)) return [];
        return [{ name, mediaType: mediaType ?? "application/octet-stream", content }];
      }),
  };
}

interface BodyShape {
  readonly read: (tokenizer: XmlTokenizer, how: HowRead) => ValueRecord;
  readonly write: (value: ValueRecord, takeBytes: BytesTaker | undefined) => string;
}

/** Behind the last element that belongs to the call. */
function endBody(tokenizer: XmlTokenizer, { encoded }: HowRead): void {
  // Elements that others refer to by href follow in SOAP encoding; they were read where they count.
  if (encoded) {
    while (tokenizer.token === startTag) {
      tokenizer.skipElement();
      tokenizer.nextElement();
    }
  }
  if (tokenizer.token === endTag) return;
  tokenizer.fail("unexpected-element", `<${tokenizer.name}>: expected the end of the Body`);
}

function wrappedBody(
  contract: Contract,
  element: QualifiedName,
  type: RecordType | RefType,
): BodyShape {
  const reader = createReaders(contract, element, type, false);
  const writer = lazily(() => compileXmlWriter(contract, element, type, {}));
  return {
    read: (tokenizer, how) => {
      if (tokenizer.token !== startTag) failEmpty(tokenizer, element);
      const found = { name: tokenizer.name, namespace: tokenizer.namespace };
      const own = how.anyWrapper && found.name !== element.name;
      const value = own
        ? compileXmlReader(contract, found, type, optionsOf(how)).readAt(tokenizer)
        : reader(how).readAt(tokenizer);
      tokenizer.nextElement();
      endBody(tokenizer, how);
      return value as ValueRecord;
    },
    write: (value, takeBytes) => textOf(writer().write(value, takeBytes)),
  };
}

function failEmpty(tokenizer: XmlTokenizer, { name, namespace }: QualifiedName): never {
  const where = namespace === "" ? "no namespace" : namespace;
  return tokenizer.failClosed("missing-element", `expected <${name}> in ${where}`);
}

interface BodyPart {
  readonly field: Field;
  readonly element: QualifiedName;
  readonly reader: (how: HowRead) => XmlReader;
  readonly writer: () => XmlWriter;
}

/** With no fields at all it is an empty Body. */
function bareBody(contract: Contract, fields: readonly Field[]): BodyShape {
  const parts = fields.map((field): BodyPart => {
    const { name, namespace } = field.xml ?? { name: field.name, namespace: contract.namespace };
    const element = { name, namespace };
    const { type, nullable } = field;
    return {
      field,
      element,
      reader: createReaders(contract, element, type, nullable),
      writer: lazily(() => compileXmlWriter(contract, element, type, { nullable })),
    };
  });
  return {
    read: (tokenizer, how) => {
      const value = createRecord();
      for (const { field, element, reader } of parts) {
        const isThere =
          tokenizer.token === startTag && tokenizer.isNamed(element.name, element.namespace);
        if (!isThere && field.presence === "optional") continue;
        if (tokenizer.token !== startTag) failEmpty(tokenizer, element);
        value[field.name] = reader(how).readAt(tokenizer);
        tokenizer.nextElement();
      }
      endBody(tokenizer, how);
      return value;
    },
    write: (value, takeBytes) => {
      let text = "";
      for (const { field, element, writer } of parts) {
        const part = value[field.name];
        if (part !== undefined) text += textOf(writer().write(part, takeBytes));
        else if (field.presence !== "optional") {
          const message = `${field.name} is missing: expected a value`;
          const place = element.name;
          throw new DocumentFailure({ kind: "fault", code: "missing-element", message, place });
        }
      }
      return text;
    },
  };
}

function optionsOf({ encoded, unknown = "reject" }: HowRead) {
  return { unknown, attributesIgnored: attributeNamespaces, encoded } as const;
}

function createReaders(
  contract: Contract,
  element: QualifiedName,
  type: Field["type"],
  nullable: boolean,
): (how: HowRead) => XmlReader {
  const compile = (encoded: boolean, unknown: "reject" | "drop") =>
    lazily(() => {
      const options = optionsOf({ encoded, anyWrapper: false, unknown });
      return compileXmlReader(contract, element, type, { ...options, nullable });
    });
  const literal = { reject: compile(false, "reject"), drop: compile(false, "drop") };
  const encoded = { reject: compile(true, "reject"), drop: compile(true, "drop") };
  return (how) => (how.encoded ? encoded : literal)[how.unknown ?? "reject"]();
}

function lazily<T>(compile: () => T): () => T {
  let compiled: T | undefined;
  return () => (compiled ??= compile());
}

function textOf(written: XmlWrite): string {
  if (written.kind === "fault") throw new DocumentFailure(written);
  return written.text;
}

function withOptional(
  type: RecordType | RefType,
  record: RecordType,
  attached: readonly string[],
): RecordType | RefType {
  if (attached.length === 0) return type;
  const fields = record.fields.map((field) =>
    attached.includes(field.name) ? { ...field, presence: "optional" as const } : field,
  );
  return { ...record, fields };
}

function fieldsOf(readable: RecordType | RefType, record: RecordType): readonly Field[] {
  return readable.kind === "record" ? readable.fields : record.fields;
}

function without(value: ValueRecord, names: readonly string[]): ValueRecord {
  const rest = createRecord();
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) rest[name] = value[name] as Value;
  }
  return rest;
}

/**
 * WSDL 1.1 §5 leaves open how a part is known; the Attachments Profile (WS-I AP 1.0, R2933) names
 * it in the Content-ID, `name=...@...`; without such names the order of the parts decides.
 */
function takeAttachments(
  value: ValueRecord,
  fields: readonly Field[],
  parts: readonly MimePart[],
  taken: Set<MimePart>,
): ValueRecord {
  const filled = createRecord();
  for (const name of Object.keys(value)) filled[name] = value[name] as Value;
  const named = (name: string) =>
    parts.find(({ contentId }) => contentId.startsWith(`${encodeURIComponent(name)}=`));
  const anyNamed = fields.some(({ name }) => named(name) !== undefined);
  fields.forEach(({ name, presence }, index) => {
    if (filled[name] !== undefined) return;
    const part = named(name) ?? (anyNamed ? undefined : parts[index]);
    if (part !== undefined) {
      filled[name] = part.content;
      taken.add(part);
    } else if (presence === "required") {
      const message = `the attachment ${name} is missing: expected a part of the message`;
      throw new DocumentFailure({ kind: "fault", code: "soap-attachment", message, place: name });
    }
  });
  return filled;
}

/** What nothing in the contract stands for would get lost, as an unknown element would. */
function refuseOthers(parts: readonly MimePart[], taken: ReadonlySet<MimePart>): void {
  const other = parts.find((part) => !taken.has(part));
  if (other === undefined) return;
  const name = other.contentId === "" ? "without Content-ID" : other.contentId.slice(0, 100);
  const message = `the part ${name} is not known: the contract has no attachment for it`;
  throw new DocumentFailure({ kind: "fault", code: "soap-attachment", message, place: "" });
}
