/** Schemas in tests, imported without a file. */
import type { ImportedContract } from "#extension/protocol.ts";
import type { Operation } from "#contract/contract.ts";
import type { Field, Type } from "#contract/types.ts";
import { importSchema } from "./import.ts";

/** @param others by their names. */
export function read(
  text: string,
  others: Readonly<Record<string, string>> = {},
): ImportedContract {
  return importSchema({
    file: "/shop.graphql",
    text,
    read(reference) {
      const found = others[reference];
      return found === undefined ? undefined : { file: `/${reference}`, text: found };
    },
  });
}

export function operationIn({ contract }: ImportedContract, id: string): Operation {
  const found = contract.operations.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
}

export function fieldsIn({ contract }: ImportedContract, type: Type): readonly Field[] {
  const found = type.kind === "ref" ? contract.types.get(type.name)?.type : type;
  if (found?.kind !== "record") throw new Error("no record");
  return found.fields;
}

/** `code line:column message` of each finding. */
export function findingsIn({ diagnostics }: ImportedContract): readonly string[] {
  return diagnostics.map(
    ({ code, source, message }) => `${code} ${source?.line}:${source?.column} ${message}`,
  );
}
