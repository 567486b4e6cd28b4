/** Collects what is wrong with values whose path in the document is known. */
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";
import { keyOffsetAt, nodeAt, type NodePath, type PlacedNode } from "./node-path.ts";

export interface Reporter {
  readonly diagnostics: readonly Diagnostic[];
  readonly error: (path: NodePath, code: string, message: string, suggestion?: string) => void;
  readonly warning: (path: NodePath, code: string, message: string, suggestion?: string) => void;
  readonly info: (path: NodePath, code: string, message: string, suggestion?: string) => void;
  /** Those of another document. */
  readonly include: (diagnostics: readonly Diagnostic[]) => void;
  /** Where a value stands. */
  readonly placeOf: (path: NodePath) => SourcePlace;
}

export function createReporter(
  root: PlacedNode,
  placeAt: (offset: number) => SourcePlace,
): Reporter {
  const diagnostics: Diagnostic[] = [];
  const placeOf = (path: NodePath) => placeAt(offsetOf(root, path));
  const report =
    (severity: Diagnostic["severity"]): Reporter["error"] =>
    (path, code, message, suggestion) => {
      const hint = suggestion === undefined ? {} : { suggestion };
      diagnostics.push({ code, severity, message, source: placeOf(path), ...hint });
    };
  return {
    diagnostics,
    error: report("error"),
    warning: report("warning"),
    info: report("info"),
    include: (more) => void diagnostics.push(...more),
    placeOf,
  };
}

/**
 * Scalars and items are pointed at themselves, maps at their key. What does not stand in the file
 * is pointed at where the map that should hold it does.
 */
function offsetOf(root: PlacedNode, path: NodePath): number {
  for (let length = path.length; length >= 0; length--) {
    const own = path.slice(0, length);
    const node = nodeAt(root, own);
    if (node === undefined) continue;
    return node.kind === "scalar" ? node.offset : (keyOffsetAt(root, own) ?? node.offset);
  }
  return root.offset;
}
