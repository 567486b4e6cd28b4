/** Names of everything that a contract marks as sensitive, in all the spellings that occur. */
import type { Contract, Operation } from "#contract/contract.ts";
import { findMember } from "#contract/member-path.ts";
import type { Field, Type } from "#contract/types.ts";

export function sensitiveFieldsOf(contract: Contract): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<Type>();
  const visit = (type: Type): void => {
    if (seen.has(type)) return;
    seen.add(type);
    if (type.kind === "record") for (const field of type.fields) visitField(field);
    else if (type.kind === "union") for (const { type: one } of type.variants) visit(one);
    else if (type.kind === "list") visit(type.item);
    else if (type.kind === "map") visit(type.value);
    else if (type.kind === "ref") {
      const named = contract.types.get(type.name);
      if (named !== undefined) visit(named.type);
    }
  };
  const visitField = (field: Field): void => {
    if (field.sensitive === true) {
      for (const name of [field.name, field.jsonName, field.xml?.name]) {
        if (name !== undefined && name !== "") names.add(name);
      }
    }
    visit(field.type);
  };
  for (const { type } of contract.types.values()) visit(type);
  for (const operation of contract.operations) {
    for (const type of typesOf(operation)) visit(type);
    for (const name of sensitiveParameters(operation, contract)) names.add(name);
  }
  return names;
}

function typesOf({ input, output, faults }: Operation): readonly Type[] {
  const messages = [input, ...(output === undefined ? [] : [output])];
  return [
    ...messages.flatMap(({ type, headers }) => [type, ...headers.map((header) => header.type)]),
    ...faults.flatMap(({ type }) => type ?? []),
  ];
}

/** Parameters may have another name than the field that they fill, or than its member. */
function* sensitiveParameters({ input, rest }: Operation, contract: Contract): Iterable<string> {
  for (const binding of rest === undefined ? [] : [rest, ...(rest.aliases ?? [])]) {
    for (const { field, within = [], name, alsoNamed } of binding.parameters) {
      const keys = [field, ...within];
      const isSensitive = keys.some((_, index) => {
        const found = findMember(contract, input.type, keys.slice(0, index + 1));
        return found?.field.sensitive === true;
      });
      if (!isSensitive) continue;
      yield name;
      if (alsoNamed !== undefined) yield alsoNamed;
    }
  }
}
