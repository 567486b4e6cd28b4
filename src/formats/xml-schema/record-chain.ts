/** A record together with the records that it extends. */
import type { Field, RecordType, Type, TypeName } from "#contract/types.ts";
import type { Compilation } from "./compilation.ts";

/** All fields of a record and of what it extends, the oldest first. */
export function chainOf(compilation: Pick<Compilation, "types">, name: TypeName): Field[] {
  return recordsOf(compilation, name).flatMap((record) => record.fields);
}

export function recordsOf(compilation: Pick<Compilation, "types">, name: TypeName): RecordType[] {
  const records: RecordType[] = [];
  for (let next: TypeName | undefined = name; next !== undefined;) {
    const type: Type | undefined = compilation.types.get(next)?.type;
    if (type?.kind !== "record") break;
    records.push(type);
    next = type.extends;
  }
  return records.reverse();
}
