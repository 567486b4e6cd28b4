/** Names of types: those of the document where they can be, cleaned, clashes numbered in order. */
import type { TypeName } from "#contract/types.ts";
import type { PlacedNode } from "#formats/yaml/placed-node.ts";
import type { Located } from "./located.ts";

/** A type that was named and has still to be read. */
export interface PendingType {
  readonly name: TypeName;
  readonly schema: Located;
  /** The fields alone of a schema whose name stands for all that derive from it. */
  readonly asBase: boolean;
}

export interface TypeNames {
  /** The name of the type at this place; the first question for it queues it for reading. */
  readonly nameOf: (schema: Located, word: string) => TypeName;
  readonly baseNameOf: (schema: Located, word: string) => TypeName;
  readonly next: () => PendingType | undefined;
}

export function createTypeNames(): TypeNames {
  const taken = new Map<string, number>();
  const names = new Map<PlacedNode, TypeName>();
  const baseNames = new Map<PlacedNode, TypeName>();
  const pending: PendingType[] = [];
  let read = 0;

  function nameIn(
    known: Map<PlacedNode, TypeName>,
    schema: Located,
    wanted: string,
    asBase: boolean,
  ): TypeName {
    let name = known.get(schema.node);
    if (name === undefined) {
      name = unique(cleanName(wanted), taken);
      known.set(schema.node, name);
      pending.push({ name, schema, asBase });
    }
    return name;
  }

  return {
    nameOf: (schema, word) => nameIn(names, schema, word, false),
    baseNameOf: (schema, word) =>
      nameIn(baseNames, schema, `${names.get(schema.node) ?? word}Base`, true),
    next: () => (read < pending.length ? pending[read++] : undefined),
  };
}

/** The same word gets a number from 2 on; the map remembers what was given out. */
export function unique(word: string, taken: Map<string, number>): string {
  let count = taken.get(word) ?? 1;
  let name = count === 1 ? word : `${word}${count}`;
  while (taken.has(name)) name = `${word}${++count}`;
  taken.set(word, count + 1);
  if (name !== word) taken.set(name, 2);
  return name;
}

/** Fit for an XML name without a colon, which is narrower than what JSON documents allow. */
export function cleanName(word: string): string {
  const cleaned = word
    .slice(0, 200)
    .replaceAll(/[^\p{L}\p{N}_.-]+/gu, "_")
    .replace(/(?<=.)_+$/, "");
  return /^[\p{L}_]/u.test(cleaned) ? cleaned : `_${cleaned}`;
}
