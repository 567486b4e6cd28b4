/** Messages, port type and bindings of a described contract (WSDL 1.1 §2.3 to §2.7, §3). */
import { takesStream } from "#call/problems.ts";
import { collectOutputs } from "#contract/collected-stream.ts";
import type { HeaderField, Message, Operation, QualifiedName } from "#contract/contract.ts";
import type { Field, RecordType } from "#contract/types.ts";
import { xmlNameOf } from "#formats/xml/type-xml-names.ts";
import { resolveType } from "#formats/xml/bindings.ts";
import { createNumbering } from "#contract/numbering.ts";
import { elementRest } from "./describe-complex.ts";
import { declareElement, lose, type Schemas } from "./describe-schemas.ts";
import { bindingOf, elementOfFault, elementOfHeader } from "./soap-binding.ts";
import { escapeText } from "./xml-text.ts";

export interface DescribedOperation {
  readonly messages: string;
  /** In the port type. */
  readonly abstract: string;
  readonly binding: (soap: "soap" | "soap12") => string;
}

interface DescribedPart {
  readonly name: string;
  readonly element: string;
}

export function describeOperations(
  schemas: Schemas,
  targetNamespace: string,
): readonly DescribedOperation[] {
  const free = createNumbering();
  return schemas.contract.operations.flatMap((operation) => {
    const { id } = operation;
    if (takesStream(operation)) {
      const text = `operation ${id} is left out: SOAP has no streams from callers`;
      lose(schemas, "operation-left-out", text, "warning");
      return [];
    }
    const collected = collectOutputs(schemas.contract, operation);
    if (collected !== operation) {
      lose(schemas, "stream-collected", `that the outputs of ${id} come one by one`, "info");
    }
    const name = free(xmlNameOf(id));
    return [describeOperation(schemas, schemas.prefix(targetNamespace), collected, name)];
  });
}

function describeOperation(
  schemas: Schemas,
  target: string,
  operation: Operation,
  name: string,
): DescribedOperation {
  const { contract } = schemas;
  const binding = bindingOf(contract, operation);
  reportBinding(schemas, operation, name);
  const { input, output } = operation;
  const inParts = bodyParts(schemas, input, binding.wrapped, binding.input);
  const outParts = output && bodyParts(schemas, output, binding.wrapped, binding.output);
  const inHeaders = headerParts(schemas, input.headers);
  const outHeaders = headerParts(schemas, output?.headers ?? []);
  const faultNumber = createNumbering();
  const faults = operation.faults.map((fault) => {
    const element = elementOfFault(contract, operation, fault);
    if (element !== undefined) declare(schemas, element, fault.type as RecordType, false);
    const parts =
      element === undefined ? [] : [{ name: "fault", element: written(schemas, element) }];
    const faultName = faultNumber(xmlNameOf(fault.name));
    if (faultName !== fault.name) {
      lose(schemas, "fault-renamed", `fault ${fault.name} is described as ${faultName}`);
    }
    const note = documentationText(fault.documentation);
    return { name: faultName, message: `${name}.${faultName}`, parts, note };
  });
  const messages = [
    messageText(name, inParts),
    ...(outParts === undefined ? [] : [messageText(`${name}Response`, outParts)]),
    ...(inHeaders.length === 0 ? [] : [messageText(`${name}.headers`, inHeaders)]),
    ...(outHeaders.length === 0 ? [] : [messageText(`${name}Response.headers`, outHeaders)]),
    ...faults.map(({ message, parts }) => messageText(message, parts)),
  ];
  const abstract =
    `<wsdl:operation name="${name}">${documentationText(operation.documentation)}` +
    `<wsdl:input message="${target}${name}"/>` +
    (outParts === undefined ? "" : `<wsdl:output message="${target}${name}Response"/>`) +
    faults
      .map(({ name: fault, message, note }) =>
        note === ""
          ? `<wsdl:fault name="${fault}" message="${target}${message}"/>`
          : `<wsdl:fault name="${fault}" message="${target}${message}">${note}</wsdl:fault>`,
      )
      .join("") +
    "</wsdl:operation>";
  const headersText = (
    soap: string,
    fields: readonly HeaderField[],
    parts: readonly DescribedPart[],
    message: string,
  ) =>
    parts
      .map((part, index) => {
        const required = fields[index]?.required === true ? ' wsdl:required="true"' : "";
        const of = `message="${target}${message}" part="${part.name}"`;
        return `<${soap}:header ${of} use="literal"${required}/>`;
      })
      .join("");
  return {
    messages: messages.join("\n"),
    abstract,
    binding: (soap) => {
      const action = escapeText(binding.action);
      const body = `<${soap}:body use="literal"/>`;
      const into = headersText(soap, input.headers, inHeaders, `${name}.headers`) + body;
      const outOf =
        headersText(soap, output?.headers ?? [], outHeaders, `${name}Response.headers`) + body;
      return (
        `<wsdl:operation name="${name}">` +
        `<${soap}:operation soapAction="${action}" style="document"/>` +
        `<wsdl:input>${into}</wsdl:input>` +
        (outParts === undefined ? "" : `<wsdl:output>${outOf}</wsdl:output>`) +
        faults
          .map(
            ({ name: fault }) =>
              `<wsdl:fault name="${fault}">` +
              `<${soap}:fault name="${fault}" use="literal"/></wsdl:fault>`,
          )
          .join("") +
        "</wsdl:operation>"
      );
    },
  };
}

/** What is the same on the wire, and said in other words. */
function reportBinding(schemas: Schemas, operation: Operation, name: string): void {
  const { id, soap, safety } = operation;
  if (safety !== "unsafe") {
    lose(schemas, "safety-unsaid", `a WSDL cannot say that operations are ${safety}`);
  }
  if (name !== id) {
    const text = `operation ${id} is described as ${name}, for XML has no such name`;
    lose(schemas, "operation-renamed", text);
  }
  if (soap === undefined) return;
  if (soap.style === "rpc") {
    const text = "operations of rpc style are described as documents, the same on the wire";
    lose(schemas, "rpc-as-document", text);
  }
  if (soap.use === "encoded") {
    lose(schemas, "encoded-as-literal", "SOAP encoding is read, and described as literal");
  }
  if (soap.attachments !== undefined) {
    const text = `attachments of ${id} are described as elements, and read either way`;
    lose(schemas, "attachment-inline", text);
  }
  if (soap.mtom === true) {
    lose(schemas, "mtom-optional", "MTOM is taken and given, and no longer demanded");
  }
  if (soap.wrapped && soap.input !== undefined && soap.input.name !== name) {
    const text = `operation ${id} has the wrapper <${soap.input.name}>; it reads as bare`;
    lose(schemas, "wrapper-name", text);
  }
}

function written(schemas: Schemas, element: QualifiedName): string {
  return schemas.prefix(element.namespace) + element.name;
}

function declare(
  schemas: Schemas,
  element: QualifiedName,
  type: Field["type"],
  nullable: boolean,
): void {
  const home = schemas.schema(element.namespace);
  declareElement(schemas, element, elementRest(schemas, home, type, { nullable }));
}

function bodyParts(
  schemas: Schemas,
  message: Message,
  wrapped: boolean,
  element: QualifiedName | undefined,
): readonly DescribedPart[] {
  if (wrapped) {
    if (element === undefined) return [];
    declare(schemas, element, message.type, false);
    return [{ name: "parameters", element: written(schemas, element) }];
  }
  const record = resolveType(schemas.contract, message.type).type as RecordType;
  const free = createNumbering();
  return record.fields.map((field) => {
    const { name, namespace } = field.xml ?? {
      name: field.name,
      namespace: schemas.contract.namespace,
    };
    if (field.presence !== "required") {
      lose(
        schemas,
        "part-required",
        `the part ${field.name} may be left out; a WSDL cannot say so`,
      );
    }
    declare(schemas, { name, namespace }, field.type, field.nullable);
    return { name: free(xmlNameOf(field.name)), element: written(schemas, { name, namespace }) };
  });
}

/** Parts named like the headers, as clients name what they set by them. */
function headerParts(schemas: Schemas, fields: readonly HeaderField[]): readonly DescribedPart[] {
  const free = createNumbering();
  return fields.map((field) => {
    const element = elementOfHeader(schemas.contract, field);
    declare(schemas, element, field.type, false);
    return { name: free(xmlNameOf(field.name)), element: written(schemas, element) };
  });
}

function messageText(name: string, parts: readonly DescribedPart[]): string {
  const texts = parts.map((part) => `<wsdl:part name="${part.name}" element="${part.element}"/>`);
  return texts.length === 0
    ? `<wsdl:message name="${name}"/>`
    : `<wsdl:message name="${name}">${texts.join("")}</wsdl:message>`;
}

export function documentationText(documentation: string | undefined): string {
  if (documentation === undefined) return "";
  return `<wsdl:documentation>${escapeText(documentation)}</wsdl:documentation>`;
}
