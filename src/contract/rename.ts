/** A contract under other names for its operations and types. */
import type { Contract, Operation } from "./contract.ts";
import type { NamedType, TypeName } from "./types.ts";

export interface NewNames {
  /** By the old id; what is not named keeps its own. */
  readonly operations: ReadonlyMap<string, string>;
  readonly types: ReadonlyMap<TypeName, TypeName>;
}

/** The same object when there is nothing to rename. */
export function renameContract(contract: Contract, { operations, types }: NewNames): Contract {
  if (operations.size === 0 && types.size === 0) return contract;
  const copies = new WeakMap<object, object>();
  const renamed = (name: TypeName): TypeName => types.get(name) ?? name;
  const copy = <Part>(part: Part): Part => {
    if (typeof part !== "object" || part === null || types.size === 0) return part;
    const known = copies.get(part);
    if (known !== undefined) return known as Part;
    const made: unknown = Array.isArray(part)
      ? part.map(copy)
      : Object.fromEntries(
          Object.entries(part).map(([key, value]) => [
            key,
            refers(part, key, value, renamed, copy),
          ]),
        );
    copies.set(part, made as object);
    return made as Part;
  };
  return {
    ...contract,
    types: new Map(
      Array.from(contract.types.values(), (type): [TypeName, NamedType] => {
        const name = renamed(type.name);
        return [name, { ...type, name, type: copy(type.type) }];
      }),
    ),
    operations: contract.operations.map((operation): Operation => {
      return { ...copy(operation), id: operations.get(operation.id) ?? operation.id };
    }),
  };
}

/** Names of types stand in references, and where records say what they derive from. */
function refers(
  part: object,
  key: string,
  value: unknown,
  renamed: (name: TypeName) => TypeName,
  copy: <Part>(part: Part) => Part,
): unknown {
  const kind = "kind" in part ? part.kind : undefined;
  const isName =
    (kind === "ref" && key === "name") ||
    (kind === "record" && (key === "extends" || key === "restricts"));
  return isName && typeof value === "string" ? renamed(value) : copy(value);
}
