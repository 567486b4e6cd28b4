/** All named types of a contract, as schemas that refer to each other, and as a document. */
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Contract } from "#contract/contract.ts";
import type { NamedType, TypeName } from "#contract/types.ts";
import { describeRecord } from "./describe-record.ts";
import type { DescribeScope, Schema } from "./describe-scope.ts";
import { describeType } from "./describe-type.ts";
import { unique } from "./type-names.ts";

export interface ContractSchemas {
  readonly scope: DescribeScope;
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly diagnostics: Diagnostic[];
}

export function describeSchemas(contract: Contract, refPrefix: string): ContractSchemas {
  const diagnostics: Diagnostic[] = [];
  const lose = (code: string, what: string) => {
    const message = `${what} is lost in this description`;
    if (!diagnostics.some((one) => one.message === message)) {
      diagnostics.push({ code, severity: "info", message });
    }
  };
  const componentNames = nameComponents(contract);
  const derived = derivedTypes(contract);
  const scope: DescribeScope = {
    ...{ contract, refPrefix, componentNames, derived, lose },
    type: (type) => describeType(scope, type),
  };
  const schemas: Record<string, Schema> = {};
  for (const [name, named] of contract.types) {
    schemas[componentNames.get(name) as string] = describeNamed(scope, name, named);
  }
  return { scope, schemas, diagnostics };
}

function describeNamed(scope: DescribeScope, name: TypeName, named: NamedType): Schema {
  const { type, documentation, xmlName } = named;
  const namespace = xmlName?.namespace ?? scope.contract.namespace;
  const schema =
    type.kind === "record"
      ? describeRecord(scope, type, namespace, name)
      : describeType(scope, type);
  return documentation === undefined ? schema : { ...schema, description: documentation };
}

/** OpenAPI 3.1 §4.8.7: names of components are letters, digits, and `.`, `-`, `_`. */
function nameComponents(contract: Contract): ReadonlyMap<TypeName, string> {
  const taken = new Map<string, number>();
  const clean = (name: TypeName) => name.replaceAll(/[^A-Za-z0-9._-]+/g, "_");
  const names = [...contract.types.keys()];
  const good = names.filter((name) => clean(name) === name);
  for (const name of good) unique(name, taken);
  return new Map(
    names.map((name) => [name, clean(name) === name ? name : unique(clean(name), taken)]),
  );
}

/**
 * By base, those that derive from it, directly or not. In contracts of REST a derived type needs no
 * name in JSON, unlike where XML has one.
 */
function derivedTypes(contract: Contract): ReadonlyMap<TypeName, readonly TypeName[]> {
  const derived = new Map<TypeName, TypeName[]>();
  if (contract.dialect === "rest") return derived;
  for (const { name, type } of contract.types.values()) {
    let base = baseOf(type);
    for (let count = 0; base !== undefined && count < 100; count++) {
      const known = derived.get(base);
      if (known === undefined) derived.set(base, [name]);
      else if (!known.includes(name)) known.push(name);
      const next = contract.types.get(base)?.type;
      base = next && baseOf(next);
    }
  }
  return derived;
}

function baseOf(type: NamedType["type"]): TypeName | undefined {
  return type.kind === "record" ? (type.extends ?? type.restricts) : undefined;
}

/** The types of a contract as one document of JSON Schema 2020-12. */
export function describeJsonSchema(contract: Contract): {
  readonly text: string;
  readonly mediaType: string;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { schemas, diagnostics } = describeSchemas(contract, "#/$defs/");
  const document = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: contract.name,
    $defs: schemas,
  };
  const text = `${JSON.stringify(document, null, 2)}\n`;
  return { text, mediaType: "application/schema+json", diagnostics };
}
