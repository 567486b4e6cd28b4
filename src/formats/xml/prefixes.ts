/**
 * The prefixes of a contract's namespaces, the same in all documents, and which of them an element
 * of a type needs: what the writer declares at the root.
 */
import type { Contract, QualifiedName } from "#contract/contract.ts";
import type { Type, XmlBinding } from "#contract/types.ts";
import { derivedTypes, namespaceOfType, variantBinding } from "./bindings.ts";
import { isLocalName } from "./characters.ts";
import { schemaInstanceNamespace, xmlNamespace } from "./namespace-scope.ts";
import { typeXmlNames } from "./type-xml-names.ts";

export interface Prefixes {
  /** With its colon; "" for no namespace. */
  readonly of: (namespace: string) => string;
  /** `ns1:name`. */
  readonly name: (name: QualifiedName) => string;
}

export interface NeededNamespaces {
  /** In the order in which they are met. */
  readonly namespaces: readonly string[];
  readonly schemaInstance: boolean;
}

/** Prefixes that mean something to readers of logs, and must not mean anything else. */
const reserved = /^(?:xml.*|xsi|xsd?|soap.*|env|wsse|wsu|ns\d*|q\d*|a\d*)$/i;

export function createPrefixes(contract: Contract): Prefixes {
  const prefixes = new Map<string, string>([
    ["", ""],
    [xmlNamespace, "xml:"],
    [schemaInstanceNamespace, "xsi:"],
  ]);
  const taken = new Set<string>();
  const add = (namespace: string, wish: string | undefined): string => {
    const known = prefixes.get(namespace);
    if (known !== undefined) return known;
    const good = wish !== undefined && isLocalName(wish) && !reserved.test(wish);
    const prefix = good && !taken.has(wish) ? wish : `ns${prefixes.size - 2}`;
    taken.add(prefix);
    prefixes.set(namespace, `${prefix}:`);
    return `${prefix}:`;
  };
  if (contract.namespace !== "") add(contract.namespace, undefined);
  for (const operation of contract.operations) {
    for (const element of [operation.soap?.input, operation.soap?.output]) {
      if (element !== undefined) add(element.namespace, undefined);
    }
  }
  for (const named of contract.types.values()) {
    if (named.xmlName !== undefined) add(named.xmlName.namespace, undefined);
    visitBindings(named.type, (binding) => {
      if (isNamespace(binding)) add(binding.namespace, binding.prefix);
      if (binding.wrapper !== undefined) add(binding.wrapper.namespace, undefined);
    });
  }
  const of = (namespace: string): string => prefixes.get(namespace) ?? add(namespace, undefined);
  return { of, name: ({ name, namespace }) => of(namespace) + name };
}

function isNamespace({ node }: XmlBinding): boolean {
  return node === "element" || node === "attribute";
}

/** Bindings inside a type, references not followed. */
function visitBindings(type: Type, visit: (binding: XmlBinding) => void): void {
  if (type.kind === "record") {
    for (const field of type.fields) {
      if (field.xml !== undefined) visit(field.xml);
      visitBindings(field.type, visit);
    }
  } else if (type.kind === "union") {
    for (const variant of type.variants) {
      if (variant.xml !== undefined) visit(variant.xml);
      visitBindings(variant.type, visit);
    }
  } else if (type.kind === "list") visitBindings(type.item, visit);
  else if (type.kind === "map") visitBindings(type.value, visit);
}

/** Namespaces of everything that an element of the type may hold. */
export function neededNamespaces(
  contract: Contract,
  element: QualifiedName,
  type: Type,
  nullable: boolean,
): NeededNamespaces {
  const namespaces = new Set<string>([element.namespace]);
  const seen = new Set<string>();
  let schemaInstance = nullable;
  const binding = (one: XmlBinding): void => {
    if (isNamespace(one)) namespaces.add(one.namespace);
    if (one.wrapper !== undefined) namespaces.add(one.wrapper.namespace);
  };
  const visit = (one: Type, outer: string): void => {
    switch (one.kind) {
      case "ref":
        visitNamed(one.name, outer);
        break;
      case "record":
        if (one.extends !== undefined) visitNamed(one.extends, outer, false);
        for (const field of one.fields) {
          schemaInstance ||= field.nullable;
          if (field.xml === undefined) namespaces.add(outer);
          else binding(field.xml);
          visit(field.type, outer);
        }
        break;
      case "union":
        for (const variant of one.variants) {
          schemaInstance ||= variant.nullable === true;
          if (!isPlainText(variant.type)) binding(variantBinding(variant, outer));
          visit(variant.type, outer);
        }
        break;
      case "list":
        schemaInstance ||= one.itemNullable;
        if (one.xmlText !== true) namespaces.add(outer);
        visit(one.item, outer);
        break;
      case "map":
        namespaces.add(outer);
        schemaInstance ||= one.valueNullable === true;
        visit(one.value, outer);
        break;
      default:
    }
  };
  const visitNamed = (name: string, outer: string, substitutes = true): void => {
    const named = contract.types.get(name);
    const inner = namespaceOfType(named, outer);
    const key = `${substitutes} ${name} ${inner}`;
    if (named === undefined || seen.has(key)) return;
    seen.add(key);
    visit(named.type, inner);
    if (!substitutes || named.type.kind !== "record") return;
    for (const derived of derivedTypes(contract, name)) {
      schemaInstance = true;
      namespaces.add(typeXmlNames(contract).get(derived.name)?.namespace ?? "");
      visitNamed(derived.name, inner);
    }
  };
  visit(type, element.namespace);
  namespaces.delete("");
  namespaces.delete(xmlNamespace);
  return { namespaces: [...namespaces], schemaInstance };
}

function isPlainText(type: Type): boolean {
  return !["record", "union", "list", "map", "ref", "opaque"].includes(type.kind);
}
