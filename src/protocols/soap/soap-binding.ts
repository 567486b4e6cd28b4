/**
 * How an operation stands in SOAP: as its contract says, or, where the contract is of another
 * dialect, as document/literal with wrappers named after the operation.
 */
import type {
  Contract,
  DeclaredFault,
  HeaderField,
  Operation,
  QualifiedName,
  SoapBinding,
} from "#contract/contract.ts";
import { xmlNameOf } from "#formats/xml/type-xml-names.ts";

export function bindingOf(contract: Contract, operation: Operation): SoapBinding {
  if (operation.soap !== undefined) return operation.soap;
  const namespace = contract.namespace;
  const name = xmlNameOf(operation.id);
  return {
    version: "1.1",
    versions: ["1.1", "1.2"],
    action: namespace.endsWith("/") ? `${namespace}${name}` : `${namespace}/${name}`,
    style: "document",
    wrapped: true,
    use: "literal",
    input: { name, namespace },
    output: operation.output && { name: `${name}Response`, namespace },
  };
}

export function elementOfHeader(contract: Contract, field: HeaderField): QualifiedName {
  return field.xml ?? { name: xmlNameOf(field.name), namespace: contract.namespace };
}

/** Undefined: a fault without detail. */
export function elementOfFault(
  contract: Contract,
  operation: Operation,
  fault: DeclaredFault,
): QualifiedName | undefined {
  if (fault.type === undefined) return undefined;
  if (fault.xml !== undefined) return fault.xml;
  const name = xmlNameOf(`${operation.id}.${fault.name}`);
  return { name, namespace: contract.namespace };
}
