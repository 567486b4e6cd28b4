/** Nodes of the `yaml` library to placed nodes, with aliases followed within bounds. */
import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";
import type { PlacedEntry, PlacedNode } from "./placed-node.ts";

/** What a kind of document may ask for. */
export interface NodeBounds {
  readonly depthMax: number;
  /** What all aliases of a file together may stand for: a bomb of ten lines stands for billions. */
  readonly aliasedNodesMax: number;
  /** Whether `<<` brings in the entries of the maps behind it, as YAML 1.1 had it. */
  readonly mergeKeys: boolean;
}

export interface NodeReader {
  readonly read: (contents: unknown) => PlacedNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Undefined out of any function here: a diagnostic says why, and reading has stopped. */
export function createNodeReader(
  placeAt: (offset: number) => SourcePlace,
  { depthMax, aliasedNodesMax, mergeKeys }: NodeBounds,
): NodeReader {
  const diagnostics: Diagnostic[] = [];
  const anchors = new Map<string, unknown>();
  let aliasedNodes = 0;
  /** The alias in the text itself that is being followed, however many it leads to. */
  let followedOffset: number | undefined;

  function refuse(code: string, offset: number, message: string): undefined {
    diagnostics.push({ code, severity: "error", message, source: placeAt(offset) });
  }

  function read(node: unknown, depth: number, outerOffset: number): PlacedNode | undefined {
    const offset = offsetOf(node, outerOffset);
    if (depth > depthMax) {
      return refuse("nested-too-deep", offset, `values are nested deeper than ${depthMax}`);
    }
    if (followedOffset !== undefined && ++aliasedNodes > aliasedNodesMax) {
      const message = `aliases stand for more than ${aliasedNodesMax} values`;
      return refuse("too-many-aliases", followedOffset, message);
    }
    if (isAlias(node)) return readAlias(node.source, depth, offset);
    rememberAnchor(node);
    if (isMap(node)) return readMap(node, depth, offset);
    if (isSeq(node)) {
      const items: PlacedNode[] = [];
      for (const item of node.items) {
        const placed = read(item, depth + 1, offset);
        if (placed === undefined) return undefined;
        items.push(placed);
      }
      return { kind: "list", offset, items };
    }
    const value = scalarValue(node);
    if (typeof value !== "number") return { kind: "scalar", offset, value };
    return { kind: "scalar", offset, value, source: sourceOf(node) ?? String(value) };
  }

  function readAlias(name: string, depth: number, offset: number): PlacedNode | undefined {
    if (!anchors.has(name)) {
      return refuse(
        "unknown-alias",
        offset,
        `alias \`*${name}\` has no anchor \`&${name}\` above it`,
      );
    }
    const outer = followedOffset;
    followedOffset ??= offset;
    const node = read(anchors.get(name), depth + 1, offset);
    followedOffset = outer;
    return node;
  }

  function readMap(map: YAMLMap, depth: number, offset: number): PlacedNode | undefined {
    const entries = new Map<string, PlacedEntry>();
    const merged: PlacedNode[] = [];
    for (const { key, value } of map.items) {
      const keyOffset = offsetOf(key, offset);
      const word = scalarValue(key);
      if (word === null) {
        return refuse("key-not-text", keyOffset, "this key is not text; expected a word");
      }
      rememberAnchor(key);
      const name = typeof word === "number" ? (sourceOf(key) ?? String(word)) : String(word);
      if (mergeKeys && name === "<<") {
        const node = read(value, depth + 1, endOf(key, keyOffset));
        if (node === undefined) return undefined;
        merged.push(...(node.kind === "list" ? node.items : [node]));
        continue;
      }
      const earlier = entries.get(name);
      if (earlier !== undefined) {
        const { line } = placeAt(earlier.keyOffset);
        return refuse(
          "repeated-key",
          keyOffset,
          `key \`${name.slice(0, 100)}\` stands here a second time; the first is in line ${line}`,
        );
      }
      const node = read(value, depth + 1, endOf(key, keyOffset));
      if (node === undefined) return undefined;
      entries.set(name, { keyOffset, node });
    }
    for (const node of merged) mergeInto(entries, node);
    return { kind: "map", offset, entries };
  }

  function rememberAnchor(node: unknown): void {
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) {
      anchors.set(node.anchor, node);
    }
  }

  return { read: (contents) => read(contents, 0, 0), diagnostics };
}

/** What stands in the map itself goes before what is merged into it. */
function mergeInto(entries: Map<string, PlacedEntry>, node: PlacedNode): void {
  if (node.kind !== "map") return;
  for (const [name, entry] of node.entries) {
    if (!entries.has(name)) entries.set(name, entry);
  }
}

function sourceOf(node: unknown): string | undefined {
  return isScalar(node) ? node.source : undefined;
}

function scalarValue(node: unknown): string | number | boolean | null {
  const value: unknown = isScalar(node) ? node.value : null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  return null;
}

function offsetOf(node: unknown, otherwise: number): number {
  return rangeOf(node)?.[0] ?? otherwise;
}

function endOf(node: unknown, otherwise: number): number {
  return rangeOf(node)?.[1] ?? otherwise;
}

function rangeOf(node: unknown): readonly number[] | undefined {
  if (isMap(node) || isSeq(node) || isScalar(node) || isAlias(node)) return node.range ?? undefined;
  return undefined;
}
