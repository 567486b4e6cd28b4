/** Names of everything that is sensitive in a contract, in all the spellings that occur. */
import type { Contract, Operation } from "#contract/contract.ts";
import { findMember } from "#contract/member-path.ts";
import type { TextLayout } from "#contract/text-layout.ts";
import type { Field, Type } from "#contract/types.ts";
import type { SensitiveNames } from "#ledger/bodies/sensitive-names.ts";

/** @param listed names that the configuration calls sensitive, beside what the contract marks. */
export function sensitiveFieldsOf(contract: Contract, listed: SensitiveNames): ReadonlySet<string> {
  const isSensitive = (field: Field): boolean =>
    field.sensitive === true || namesOf(field).some(listed.has);
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
    if (isSensitive(field)) for (const name of namesOf(field)) names.add(name);
    visit(field.type);
  };
  for (const { type } of contract.types.values()) visit(type);
  for (const operation of contract.operations) {
    for (const type of typesOf(operation)) visit(type);
    for (const name of sensitiveParameters(operation, contract, isSensitive)) names.add(name);
    for (const name of sensitiveKeys(operation, (one) => names.has(one))) names.add(name);
  }
  return names;
}

function namesOf({ name, jsonName, xml }: Field): readonly string[] {
  return [name, jsonName ?? "", xml?.name ?? ""].filter((one) => one !== "");
}

function typesOf({ input, output, faults }: Operation): readonly Type[] {
  const messages = [input, ...(output === undefined ? [] : [output])];
  return [
    ...messages.flatMap(({ type, headers }) => [type, ...headers.map((header) => header.type)]),
    ...faults.flatMap(({ type }) => type ?? []),
  ];
}

/** Parameters may have another name than the field that they fill, or than its member. */
function* sensitiveParameters(
  { input, rest }: Operation,
  contract: Contract,
  isSensitive: (field: Field) => boolean,
): Iterable<string> {
  for (const binding of rest === undefined ? [] : [rest, ...(rest.aliases ?? [])]) {
    for (const { field, within = [], name, alsoNamed } of binding.parameters) {
      const keys = [field, ...within];
      const isNamed = keys.some((_, index) => {
        const found = findMember(contract, input.type, keys.slice(0, index + 1));
        return found !== undefined && isSensitive(found.field);
      });
      if (!isNamed) continue;
      yield name;
      if (alsoNamed !== undefined) yield alsoNamed;
    }
  }
}

/** Keys of forms may have another name than the field that they hold. */
function* sensitiveKeys(
  { text }: Operation,
  isSensitive: (name: string) => boolean,
): Iterable<string> {
  const layouts: readonly (TextLayout | undefined)[] = [text?.request, text?.answer];
  for (const layout of layouts) {
    if (layout?.kind !== "pairs") continue;
    for (const { field, name } of layout.columns) {
      if (field?.split(".").some(isSensitive) === true) yield name;
    }
  }
}
