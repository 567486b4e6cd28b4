/**
 * `${NAME}` and `${NAME:-default}` in values (never in keys) are replaced by environment
 * variables, `${file:PATH}` by the text of a file; `$${` stands for `${`. Replaced text is not
 * looked at again.
 */
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";
import type { PlacedEntry, PlacedNode, PlacedScalar } from "#formats/yaml/node-path.ts";
import {
  reference,
  referenceValue,
  referredFile,
  type ReferenceSources,
} from "./reference-value.ts";

export interface ResolvedReferences {
  readonly root: PlacedNode;
  readonly diagnostics: readonly Diagnostic[];
  /** Nodes whose value could not be had; what is said about their value means nothing. */
  readonly unresolved: ReadonlySet<PlacedNode>;
  /** Absolute paths of files that were asked for, also of those that are not there. */
  readonly filesRead: ReadonlySet<string>;
}

export function resolveReferences(
  root: PlacedNode,
  text: string,
  placeAt: (offset: number) => SourcePlace,
  sources: ReferenceSources,
): ResolvedReferences {
  const diagnostics: Diagnostic[] = [];
  const unresolved = new Set<PlacedNode>();
  const filesRead = new Set<string>();
  // An escape in a quoted scalar can spell the dollar or the brace.
  if (!text.includes("${") && !text.includes("\\")) {
    return { root, diagnostics, unresolved, filesRead };
  }

  function resolve(node: PlacedNode): PlacedNode {
    if (node.kind === "scalar") return resolveScalar(node);
    if (node.kind === "list") {
      const items = node.items.map(resolve);
      return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
    }
    const entries = new Map<string, PlacedEntry>();
    let isSame = true;
    for (const [key, entry] of node.entries) {
      const inner = resolve(entry.node);
      isSame &&= inner === entry.node;
      entries.set(key, inner === entry.node ? entry : { ...entry, node: inner });
    }
    return isSame ? node : { ...node, entries };
  }

  function resolveScalar(node: PlacedScalar): PlacedNode {
    const written = node.value;
    if (typeof written !== "string" || !written.includes("${")) return node;
    let isBroken = false;
    let searchFrom = node.offset;
    const value = written.replace(reference, (whole, body: string | undefined, end: string) => {
      const found = text.indexOf(whole, searchFrom);
      const offset = found < 0 ? node.offset : found;
      if (found >= 0) searchFrom = found + whole.length;
      if (body === undefined) return "${";
      const file = end === "" ? undefined : referredFile(body, sources.folder);
      if (file !== undefined) filesRead.add(file);
      const replaced = referenceValue(body, end, sources);
      if (typeof replaced === "string") return replaced;
      isBroken = true;
      diagnostics.push({ ...replaced, severity: "error", source: placeAt(offset) });
      return "";
    });
    const resolved: PlacedScalar = { kind: "scalar", offset: node.offset, value, written };
    if (isBroken) unresolved.add(resolved);
    return resolved;
  }

  return { root: resolve(root), diagnostics, unresolved, filesRead };
}
