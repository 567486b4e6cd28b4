/**
 * Where unknown members are passed over, variants of a plain union that lack members would fit as
 * well as the one that has them all, and lose what it says: here they are told apart by names.
 */
import type { Type, TypeName } from "#contract/types.ts";
import { typeKey } from "#contract/value.ts";
import { colon, comma, peek, quote, unexpected, type Cursor } from "./cursor.ts";
import { readString } from "./read-string.ts";
import type { ReaderScope } from "./reader-scope.ts";
import { isOpen, recordName, resolve, spelledFields } from "./resolve.ts";
import { skipValue } from "./skip.ts";

/** What an object of the type may hold; undefined: anything. */
export type KnownMembers = ReadonlySet<string> | undefined;

export function knownMembers(scope: ReaderScope, type: Type): KnownMembers {
  const names = new Set<string>();
  return addNames(scope, type, names, new Set()) ? names : undefined;
}

/** @returns false when any name is known. */
function addNames(
  scope: ReaderScope,
  type: Type,
  names: Set<string>,
  seen: Set<TypeName>,
): boolean {
  const { contract } = scope;
  const name = recordName(contract, type);
  if (name !== undefined) {
    if (seen.has(name)) return true;
    seen.add(name);
  }
  const resolved = resolve(contract, type);
  if (resolved.kind === "union") {
    if (resolved.plain !== true) {
      for (const variant of resolved.variants) names.add(variant.name);
      return true;
    }
    if (resolved.discriminator !== undefined) names.add(resolved.discriminator.property);
    return resolved.variants.every((variant) => addNames(scope, variant.type, names, seen));
  }
  if (resolved.kind !== "record" || isOpen(contract, resolved)) return false;
  names.add(typeKey);
  for (const { name: own, flat } of spelledFields(contract, resolved)) {
    for (const member of flat?.variants ?? [{ name: own }]) names.add(member.name);
  }
  const derived = name === undefined ? [] : (scope.derived.get(name) ?? []);
  return derived.every((one) => addNames(scope, { kind: "ref", name: one }, names, seen));
}

/** Candidates by how many members of the object at the cursor they do not know, fewest first. */
export function fewestUnknownFirst<T extends { readonly known: KnownMembers }>(
  cursor: Cursor,
  candidates: readonly T[],
): readonly T[] {
  const names = namesAt(cursor);
  const [first] = candidates;
  // Most objects are of the first one; of the others each name is looked up.
  if (first?.known === undefined || names.every((name) => first.known?.has(name))) {
    return candidates;
  }
  return candidates
    .map((candidate) => {
      const { known } = candidate;
      const unknown = known === undefined ? 0 : names.filter((name) => !known.has(name)).length;
      return { candidate, unknown };
    })
    .toSorted((a, b) => a.unknown - b.unknown)
    .map(({ candidate }) => candidate);
}

/** The names in the object at the cursor, which stays there. */
function namesAt(cursor: Cursor): readonly string[] {
  const { at, depth, nodes } = cursor;
  const names: string[] = [];
  cursor.at++;
  let code = peek(cursor);
  while (code === quote) {
    names.push(readString(cursor));
    if (peek(cursor) !== colon) throw unexpected(cursor, "`:`");
    cursor.at++;
    skipValue(cursor);
    if (peek(cursor) !== comma) break;
    cursor.at++;
    code = peek(cursor);
  }
  // These are counted where they are read.
  Object.assign(cursor, { at, depth, nodes });
  return names;
}
