/**
 * XML Schema 1.0 into the types of the contract model. Only what is asked for is compiled, and
 * what that refers to, with all types that derive from it (xsi:type may name them).
 */
import type { ContractLimits } from "#base/limits.ts";
import type { QualifiedName } from "#contract/contract.ts";
import type { Field, NamedType, RecordType, Type, TypeName } from "#contract/types.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import { createCompilation, type Site } from "./compilation.ts";
import { compileComplexType } from "./complex-type.ts";
import { type ElementDeclaration, globalElement } from "./element-declaration.ts";
import { type EncodedArray, encodedArrayNamed } from "./encoded-array.ts";
import { keyOf } from "./names.ts";
import { chainOf } from "./record-chain.ts";
import type { Report } from "./report.ts";
import { findDefinition, type SchemaSet } from "./schema-set.ts";
import { referTo, typeNamed } from "./type-reference.ts";

export interface SchemaCompiler {
  /** A global element; undefined: it is not defined, which is not reported here. */
  readonly element: (name: QualifiedName, from: Asker) => ElementDeclaration | undefined;
  /** A global or built-in type; opaque XML, reported, when it is not defined. */
  readonly type: (name: QualifiedName, from: Asker) => Type;
  /** The array of SOAP encoding that a global type is. */
  readonly array: (name: QualifiedName, from: Asker) => EncodedArray | undefined;
  /** What a reference refers to, compiled by now. */
  readonly resolve: (type: Type) => Type | undefined;
  /** The fields of a record with all inherited ones before them. */
  readonly fieldsOf: (record: RecordType) => Field[];
  readonly finish: () => ReadonlyMap<TypeName, NamedType>;
}

/** The element that a name is written at, and the namespace to look in when it has none. */
export interface Asker {
  readonly element: XmlElement;
  readonly file: string;
  readonly targetNamespace: string;
}

export function createSchemaCompiler(
  set: SchemaSet,
  report: Report,
  limits: ContractLimits,
): SchemaCompiler {
  const compilation = createCompilation(set, report, limits, compileComplexType);
  const { types, waiting, namesOf, scheduled } = compilation;

  function settle(): void {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) next();
  }

  /** Types that may stand in place of compiled ones. */
  function settleDerived(): void {
    settle();
    // The set grows while it is walked, and the walk reaches what is added.
    for (const definition of scheduled) {
      for (const derived of set.derived.get(keyOf(definition.name)) ?? []) {
        if (derived.element.name === "complexType") referTo(compilation, derived);
      }
      settle();
    }
  }

  return {
    element(name, from) {
      const definition = findDefinition(set, "element", name, from.targetNamespace);
      return definition && globalElement(compilation, definition);
    },
    type: (name, from) => typeNamed(compilation, siteOf(from), name),
    array: (name, from) => encodedArrayNamed(compilation, siteOf(from), name),
    resolve(type) {
      settle();
      return type.kind === "ref" ? types.get(type.name)?.type : type;
    },
    fieldsOf(record) {
      const inherited = record.extends === undefined ? [] : chainOf(compilation, record.extends);
      return [...inherited, ...record.fields];
    },
    finish() {
      settleDerived();
      const order = new Map([...namesOf.values()].map((name, index) => [name, index]));
      const last = order.size;
      const sorted = [...types.values()].sort(
        (first, second) =>
          (order.get(first.name) ?? last) - (order.get(second.name) ?? last) ||
          (first.name < second.name ? -1 : 1),
      );
      return new Map(sorted.map((type) => [type.name, type]));
    },
  };
}

/** Someone outside any schema (a part of a message) who asks for a type. */
function siteOf({ element, file, targetNamespace }: Asker): Site {
  const document = {
    file,
    root: element,
    targetNamespace,
    chameleon: false,
    elementsQualified: false,
    attributesQualified: false,
  };
  return { document, element, path: "part" };
}
