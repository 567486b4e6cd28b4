/** Values of contract documents together with the document they stand in, and looking into them. */
import type { SourcePlace } from "#base/diagnostic.ts";
import type { PlacedEntry, PlacedNode } from "#formats/yaml/placed-node.ts";

export interface LoadedDocument {
  readonly file: string;
  readonly root: PlacedNode;
  readonly placeAt: (offset: number) => SourcePlace;
}

export interface Located {
  readonly node: PlacedNode;
  readonly document: LoadedDocument;
  /** Where its key stands, if it has one: the better place to point at. */
  readonly keyOffset?: number;
}

export interface LocatedEntry extends Located {
  readonly key: string;
}

export function placeOf({ node, document, keyOffset }: Located): SourcePlace {
  // A scalar is better seen itself, a map or list where it is named.
  return document.placeAt(node.kind === "scalar" ? node.offset : (keyOffset ?? node.offset));
}

export function child(parent: Located, key: string): Located | undefined {
  const entry = parent.node.kind === "map" ? parent.node.entries.get(key) : undefined;
  return entry && locate(entry, parent.document);
}

function locate({ node, keyOffset }: PlacedEntry, document: LoadedDocument): Located {
  return { node, keyOffset, document };
}

export function has(parent: Located, key: string): boolean {
  return parent.node.kind === "map" && parent.node.entries.has(key);
}

/** Entries of a map; nothing for anything else. */
export function entriesOf(map: Located | undefined): readonly LocatedEntry[] {
  if (map?.node.kind !== "map") return [];
  return Array.from(map.node.entries, ([key, entry]) => ({ key, ...locate(entry, map.document) }));
}

/** Items of a list; nothing for anything else. */
export function itemsOf(list: Located | undefined): readonly Located[] {
  if (list?.node.kind !== "list") return [];
  return list.node.items.map((node) => ({ node, document: list.document }));
}

export function scalarOf(value: Located | undefined): string | number | boolean | null | undefined {
  return value?.node.kind === "scalar" ? value.node.value : undefined;
}

/** The text of a scalar as it is meant where text is expected: numbers as they are written. */
export function textOf(value: Located | undefined): string | undefined {
  if (value?.node.kind !== "scalar" || value.node.value === null) return undefined;
  return value.node.source ?? String(value.node.value);
}

export function textAt(parent: Located, key: string): string | undefined {
  const value = scalarOf(child(parent, key));
  return typeof value === "string" ? value : undefined;
}

export function isTrueAt(parent: Located, key: string): boolean {
  return scalarOf(child(parent, key)) === true;
}

/** A whole number that is not negative, as facets like `maxLength` want it. */
export function countAt(parent: Located, key: string): number | undefined {
  const value = scalarOf(child(parent, key));
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A value as JSON text, for messages; cut when it is long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 99)}…` : text);
}
