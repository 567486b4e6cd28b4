/**
 * The names of types in XML Schema, for xsi:type and for describing. A type whose source has no
 * such name gets one in the namespace of its elements; the same contract gives the same names.
 */
import type { Contract, QualifiedName } from "#contract/contract.ts";
import type { NamedType, TypeName } from "#contract/types.ts";
import { createNumbering } from "#contract/numbering.ts";

type TypeXmlNames = ReadonlyMap<TypeName, QualifiedName>;

const known = new WeakMap<Contract, TypeXmlNames>();

export function typeXmlNames(contract: Contract): TypeXmlNames {
  const names = known.get(contract) ?? nameTypes(contract);
  known.set(contract, names);
  return names;
}

/** Names of the source first, so that made ones give way to them. */
function nameTypes(contract: Contract): TypeXmlNames {
  const names = new Map<TypeName, QualifiedName>();
  const free = new Map<string, (name: string) => string>();
  const inOrder = [...contract.types.values()].sort(
    (a, b) => Number(a.xmlName === undefined) - Number(b.xmlName === undefined),
  );
  for (const named of inOrder) {
    const namespace = homeOf(contract, named);
    const numbering = free.get(namespace) ?? createNumbering();
    free.set(namespace, numbering);
    const name = numbering(xmlNameOf(named.xmlName?.name ?? named.name));
    names.set(named.name, { name, namespace });
  }
  return names;
}

/** A type without a name of its own stands where its elements are. */
function homeOf(contract: Contract, { type, xmlName }: NamedType): string {
  if (xmlName !== undefined) return xmlName.namespace;
  if (type.kind !== "record") return contract.namespace;
  for (const { xml } of type.fields) {
    if (xml?.node === "element" && xml.namespace !== "") return xml.namespace;
  }
  return contract.namespace;
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
