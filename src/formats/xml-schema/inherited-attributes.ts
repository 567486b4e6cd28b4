/** What a restriction keeps of the attributes that it inherits (XSD Part 1 §3.4.2). */
import type { Field } from "#contract/types.ts";
import { attributeUses } from "./attribute-uses.ts";
import type { Base } from "./base-type.ts";
import type { Compilation, Site } from "./compilation.ts";
import { keyOf } from "./names.ts";
import { chainOf } from "./record-chain.ts";

/** Attributes of a restriction: those of the base that it leaves, and its own. */
export function attributesOver(compilation: Compilation, site: Site, base: Base): Field[] {
  const own = attributeUses(compilation, site);
  const fields = new Map<string, Field>();
  const chain = base.kind === "record" ? chainOf(compilation, base.name) : [];
  for (const field of chain) {
    const key = attributeKey(field);
    // A wildcard is not inherited by restriction.
    if (key !== undefined && key !== "*" && !own.prohibited.has(key)) fields.set(key, field);
  }
  for (const [key, field] of own.fields) fields.set(key, field);
  return [...fields.values()];
}

export function attributeKey({ xml }: Field): string | undefined {
  if (xml?.node === "anyAttribute") return "*";
  return xml?.node === "attribute" ? keyOf(xml) : undefined;
}
