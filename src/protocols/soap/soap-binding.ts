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

/** The name as XML allows it (NCName): other characters become `_`. */
export function xmlNameOf(name: string): string {
  const cleaned = name.replace(
    /[^A-Za-z0-9._\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff-]/gu,
    "_",
  );
  return /^[A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff]/.test(cleaned)
    ? cleaned
    : `_${cleaned}`;
}
