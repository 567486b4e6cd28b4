/** Reads the schemas of one contract; the types that have names come out at the end. */
import type { NamedType, Type, TypeName } from "#contract/types.ts";
import { breakRings } from "./break-rings.ts";
import { importSchema, typeOfParts } from "./import-schema.ts";
import { importFamily } from "./import-union.ts";
import { spread } from "./keywords.ts";
import { child, itemsOf, placeOf, textAt, type Located } from "./located.ts";
import { referenceOf, type References } from "./references.ts";
import type { Report } from "./report.ts";
import type { NamedSchema, ReadSchema, SchemaScope } from "./scope.ts";
import { createTypeNames } from "./type-names.ts";

export interface SchemaImporter {
  readonly read: (schema: Located) => ReadSchema;
  /** Makes sure that a schema of the document has a type of its own name. */
  readonly name: (schema: Located, word: string) => TypeName;
  /** What a type is behind the names that lead to it; undefined when they lead nowhere. */
  readonly behind: (type: Type) => Exclude<Type, { kind: "ref" }> | undefined;
  /** All that was named. */
  readonly finish: () => ReadonlyMap<TypeName, NamedType>;
}

export interface SchemaOptions {
  readonly references: References;
  readonly report: Report;
  readonly refHidesSiblings: boolean;
  /** The schemas that the document names, among which families are looked for. */
  readonly named: readonly NamedSchema[];
}

export function createSchemaImporter(options: SchemaOptions): SchemaImporter {
  const { references, report, refHidesSiblings, named } = options;
  const names = createTypeNames();
  const families = createFamilies(named, references);
  const scope: SchemaScope = {
    references,
    report,
    names,
    refHidesSiblings,
    derivedOf: families,
    spent: { schemas: 0, depth: 0 },
  };
  // In the document's own order, so that the same document always gives the same names.
  for (const { word, schema } of named) names.nameOf(schema, word);

  const types = new Map<TypeName, NamedType>();

  /** Reads what was named meanwhile. */
  function settle(): void {
    for (let next = names.next(); next !== undefined; next = names.next()) {
      const { name, schema, asBase } = next;
      const documentation = textAt(schema, "description");
      types.set(name, {
        name,
        type: readNamed(name, schema, asBase),
        ...(documentation === undefined ? {} : { documentation }),
        origin: placeOf(schema),
      });
    }
  }

  function behind(type: Type): Exclude<Type, { kind: "ref" }> | undefined {
    settle();
    let at: Type | undefined = type;
    for (let count = 0; at?.kind === "ref" && count < 100; count++) at = types.get(at.name)?.type;
    return at === undefined || at.kind === "ref" ? undefined : at;
  }

  function readNamed(name: TypeName, schema: Located, asBase: boolean): Type {
    const family = asBase ? undefined : importFamily(scope, schema, name);
    if (family !== undefined) return family;
    return asBase
      ? typeOfParts(scope, spread([schema], references))
      : importSchema(scope, schema).type;
  }

  return {
    read: (schema) => importSchema(scope, schema),
    name: (schema, word) => names.nameOf(schema, word),
    behind,
    finish: () => {
      settle();
      return breakRings(types, report);
    },
  };
}

/** Who has whom among its allOf, directly or through others. */
function createFamilies(
  named: readonly NamedSchema[],
  references: References,
): (base: Located) => readonly NamedSchema[] {
  const children = new Map<unknown, NamedSchema[]>();
  for (const one of named) {
    for (const part of itemsOf(child(one.schema, "allOf"))) {
      const reference = referenceOf(part);
      const base = reference && references.follow(reference, part.document);
      if (!base) continue;
      const known = children.get(base.node);
      if (known === undefined) children.set(base.node, [one]);
      else known.push(one);
    }
  }
  return (base) => {
    const found = new Set<NamedSchema>();
    const waiting = [...(children.get(base.node) ?? [])];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (found.has(next) || next.schema.node === base.node) continue;
      found.add(next);
      waiting.push(...(children.get(next.schema.node) ?? []));
    }
    return [...found];
  };
}
