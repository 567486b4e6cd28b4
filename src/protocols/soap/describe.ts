/**
 * WSDL 1.1 with XML Schema 1.0 of any contract, in one file: types by namespace, document/literal
 * bindings for SOAP 1.1 and 1.2, one port each at the address of the gateway.
 */
import { xmlNameOf } from "#formats/xml/type-xml-names.ts";
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Contract } from "#contract/contract.ts";
import type { ContractDescriber, FaceResponse, ServiceContract } from "#extension/protocol.ts";
import { describeNamedTypes } from "./describe-complex.ts";
import { describeOperations, documentationText } from "./describe-operations.ts";
import { createSchemas, lose, schemaElement, type Schemas } from "./describe-schemas.ts";
import { escapeText } from "./xml-text.ts";

const mediaType = "text/xml; charset=utf-8";

export const describeWsdl: ContractDescriber = (service, { address }) => {
  const { before, after, diagnostics } = describeAround(service);
  return { text: before(address) + after, mediaType, diagnostics };
};

/** The document of a service, written when it is first asked for. */
export function createWsdlDocument(service: ServiceContract): (address: string) => FaceResponse {
  let described: Described | undefined;
  return (address) => {
    described ??= describeAround(service);
    const body = Buffer.from(described.before(address) + described.after);
    return { status: 200, fields: [["content-type", mediaType]], body };
  };
}

interface Described {
  /** All up to the last address. */
  readonly before: (address: string) => string;
  readonly after: string;
  readonly diagnostics: readonly Diagnostic[];
}

function describeAround({ contract, serviceName }: ServiceContract): Described {
  const schemas = createSchemas(contract);
  const target = contract.namespace === "" ? `urn:parlance:${serviceName}` : contract.namespace;
  if (contract.namespace === "") {
    lose(schemas, "namespace-made", `the contract has no namespace; its WSDL has ${target}`);
  }
  const tns = schemas.prefix(target);
  const operations = describeOperations(schemas, target);
  describeNamedTypes(schemas);
  const name = xmlNameOf(contract.name === "" ? serviceName : contract.name);
  const portType = portTypeOf(contract) ?? `${name}PortType`;
  const binding = (soap: "soap" | "soap12", suffix: string) =>
    `<wsdl:binding name="${name}${suffix}" type="${tns}${portType}">` +
    `<${soap}:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>\n` +
    `${operations.map((operation) => operation.binding(soap)).join("\n")}\n</wsdl:binding>`;
  const texts = schemas.all().map((schema) => schemaElement(schema));
  const upToService = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    rootTag(schemas, name, target),
    documentationText(contract.documentation),
    `<wsdl:types>\n${texts.join("\n")}\n</wsdl:types>`,
    ...operations.map(({ messages }) => messages),
    `<wsdl:portType name="${portType}">`,
    ...operations.map(({ abstract }) => abstract),
    "</wsdl:portType>",
    binding("soap", "Soap11"),
    binding("soap12", "Soap12"),
    `<wsdl:service name="${name}">\n`,
  ]
    .filter((line) => line !== "")
    .join("\n");
  const port = (soap: string, suffix: string, address: string) =>
    `<wsdl:port name="${name}${suffix}" binding="${tns}${name}${suffix}">` +
    `<${soap}:address location="${escapeText(address)}"/></wsdl:port>\n`;
  return {
    before: (address) =>
      upToService + port("soap", "Soap11", address) + port("soap12", "Soap12", address),
    after: "</wsdl:service>\n</wsdl:definitions>\n",
    diagnostics: schemas.diagnostics,
  };
}

function rootTag({ prefixes }: Schemas, name: string, target: string): string {
  const declarations = [...prefixes].map(
    ([namespace, prefix]) => ` xmlns:${prefix}="${escapeText(namespace)}"`,
  );
  return (
    `<wsdl:definitions name="${name}" targetNamespace="${escapeText(target)}"` +
    ' xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"' +
    ' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"' +
    ' xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"' +
    ` xmlns:xs="http://www.w3.org/2001/XMLSchema"${declarations.join("")}>`
  );
}

/** The one that all operations share. */
function portTypeOf({ operations }: Contract): string | undefined {
  const names = new Set(operations.map(({ soap }) => soap?.portType));
  const [only] = names;
  return names.size === 1 ? only : undefined;
}

/** The schemas alone, one file per namespace, for validating what is written under the contract. */
export function describeSchemaFiles(
  contract: Contract,
  serviceName: string,
  location: (namespace: string) => string,
): readonly { readonly namespace: string; readonly text: string }[] {
  const schemas = createSchemas(contract);
  describeOperations(
    schemas,
    contract.namespace === "" ? `urn:${serviceName}` : contract.namespace,
  );
  describeNamedTypes(schemas);
  const all = schemas.all().map((schema) => ({
    namespace: schema.namespace,
    text: schemaElement(schema, location),
  }));
  const declarations = [...schemas.prefixes]
    .map(([namespace, prefix]) => ` xmlns:${prefix}="${escapeText(namespace)}"`)
    .join("");
  const head = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"${declarations}`;
  return all.map(({ namespace, text }) => ({
    namespace,
    text: text.replace("<xs:schema", head),
  }));
}
