/** What stands in the SOAP body of one direction of an operation. WSDL 1.1 §3.5. */
import type { QualifiedName } from "#contract/contract.ts";
import type { Field, RecordType, RefType } from "#contract/types.ts";
import { createFieldScope } from "#formats/xml-schema/field-scope.ts";
import { attributeOf } from "#formats/xml-schema/names.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import { elementsOf, mimeChildren, placeIn, soapChildren } from "./import-names.ts";
import type { WsdlDefinition } from "./import-names.ts";
import { fieldOfPart, type Import, type Part, partsOf } from "./import-parts.ts";

/** One direction of an operation: its message, and what the binding says of it. */
export interface Direction {
  readonly message: WsdlDefinition | undefined;
  /** wsdl:input or wsdl:output of the binding's operation. */
  readonly binding: XmlElement | undefined;
  readonly bindingFile: string;
}

export interface Body {
  readonly parts: readonly Part[];
  readonly use: "literal" | "encoded";
  /** Of the wrapper in rpc style. */
  readonly namespace: string;
  /** Media types of the parts that travel as attachments. */
  readonly attachments: ReadonlyMap<string, string>;
}

export function bodyOf(context: Import, direction: Direction): Body {
  const { message, binding } = direction;
  const parts = message === undefined ? [] : partsOf(context, message);
  const attachments = new Map<string, string>();
  const body = binding && findBody(context, direction, binding, attachments);
  const chosen = body && attributeOf(body, "parts");
  const inHeader = new Set(binding === undefined ? [] : headerParts(direction, binding));
  const names = chosen === undefined ? undefined : new Set(chosen.split(/\s+/));
  const wanted = ({ name }: Part) =>
    attachments.has(name) || (names === undefined ? !inHeader.has(name) : names.has(name));
  return {
    parts: parts.filter(wanted),
    use: body && attributeOf(body, "use") === "encoded" ? "encoded" : "literal",
    namespace: (body && attributeOf(body, "namespace")) ?? "",
    attachments,
  };
}

/** The soap:body, which WSDL 1.1 §5.2 may put into one part of a mime:multipartRelated. */
function findBody(
  context: Import,
  direction: Direction,
  binding: XmlElement,
  attachments: Map<string, string>,
): XmlElement | undefined {
  const place = (element: XmlElement) => placeIn({ file: direction.bindingFile }, element);
  let [body] = soapChildren(binding, "body");
  for (const related of mimeChildren(binding, "multipartRelated")) {
    for (const part of mimeChildren(related, "part")) {
      body ??= soapChildren(part, "body")[0];
      for (const content of mimeChildren(part, "content")) {
        const name = attributeOf(content, "part");
        if (name === undefined || attachments.has(name)) continue;
        attachments.set(name, attributeOf(content, "type") ?? "application/octet-stream");
        const text = `part "${name}" travels as an attachment; carried as a field of bytes`;
        context.report.add("info", "attachment", text, place(content));
      }
    }
    const left = elementsOf(related).filter(({ name }) => name !== "part");
    for (const other of left) {
      const text = `<${other.name}> of a multipart message is not understood and is left out`;
      context.report.add("warning", "attachment-left-out", text, place(other));
    }
  }
  return body;
}

/** Parts of the same message that soap:header takes out of the body. */
function headerParts({ message }: Direction, binding: XmlElement): string[] {
  const names: string[] = [];
  for (const header of headersOf(binding)) {
    const written = attributeOf(header, "message") ?? "";
    const local = written.slice(written.indexOf(":") + 1);
    const part = attributeOf(header, "part");
    if (part !== undefined && local === message?.name.name) names.push(part);
  }
  return names;
}

export function headersOf(binding: XmlElement): XmlElement[] {
  const parts = mimeChildren(binding, "multipartRelated").flatMap((related) =>
    mimeChildren(related, "part"),
  );
  return [binding, ...parts].flatMap((element) => soapChildren(element, "header"));
}

/** The fields of a body whose parts stand side by side: bare, or in the wrapper of rpc. */
export function recordOfBody(body: Body, encoded: boolean): RecordType {
  const scope = createFieldScope([]);
  for (const part of body.parts) {
    const field = fieldOfPart(part, encoded);
    const mediaType = body.attachments.get(part.name);
    scope.add(mediaType === undefined ? field : attachmentField(field, mediaType));
  }
  return { kind: "record", fields: scope.finish(), xmlOrder: "sequence" };
}

function attachmentField(field: Field, mediaType: string): Field {
  return { ...field, type: { kind: "bytes", encoding: "base64", mediaType }, nullable: false };
}

/** The names that attachments have as fields. */
export function attachmentFields(body: Body, record: RecordType): string[] {
  return record.fields
    .filter((_, index) => body.attachments.has(body.parts[index]?.name ?? ""))
    .map(({ name }) => name);
}

/**
 * Whether the body is one element whose children are the parameters: as WS-I and JAX-WS 2.2
 * §3.2.3 define the wrapper style, but with choices and wildcards allowed in the sequence.
 */
export function wrapperOf(
  context: Import,
  body: Body,
): { readonly element: QualifiedName; readonly type: RefType } | undefined {
  const [part] = body.parts;
  const { element, declaration, type } = part ?? {};
  if (body.parts.length !== 1 || element === undefined || type?.kind !== "ref") return undefined;
  if (declaration?.nullable !== false || declaration.abstract) return undefined;
  const record = context.compiler.resolve(type);
  if (record?.kind !== "record" || record.abstract === true) return undefined;
  const fields = context.compiler.fieldsOf(record);
  if (record.xmlOrder === "all" && fields.length > 0) return undefined;
  const nodes = fields.map(({ xml }) => xml?.node);
  const plain = nodes.every((node) => node === "element" || node === "inline" || node === "any");
  return plain ? { element, type } : undefined;
}
