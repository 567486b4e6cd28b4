/** Under which names the fields of a message stand in its JSON form, and are found there. */
import type { FieldPlan } from "#formats/protobuf/message-plan.ts";
import { identifier, usualJsonName } from "./proto-names.ts";

export function jsonNameOf({ jsonName, name }: FieldPlan): string {
  return jsonName ?? name;
}

interface Named {
  readonly name: string;
  readonly field: FieldPlan;
}

/** By the name in JSON, or that of the file; the former comes first. */
export function namesOf<T extends Named>(members: readonly T[]): (name: string) => T | undefined {
  const byName = new Map(members.map((member) => [member.name, member]));
  for (const member of members) {
    const { name } = member.field;
    const own = identifier(name);
    for (const other of [name, own, usualJsonName(own)]) {
      if (!byName.has(other)) byName.set(other, member);
    }
  }
  return (name) => {
    const found = byName.get(name);
    if (found !== undefined || !name.includes("_")) return found;
    // Of a choice the names in JSON are all that is kept.
    const other = byName.get(usualJsonName(name));
    return other?.field.oneof === undefined ? undefined : other;
  };
}
