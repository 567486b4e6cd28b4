/**
 * `${NAME}` and `${NAME:-default}` in values (never in keys) are replaced by environment variables;
 * `$${` stands for `${`. Replaced text is not looked at again.
 */
import type { Diagnostic, SourcePlace } from "#base/diagnostic.ts";
import { didYouMean } from "#base/nearest.ts";
import type { PlacedEntry, PlacedNode, PlacedScalar } from "#formats/yaml/node-path.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ResolvedReferences {
  readonly root: PlacedNode;
  readonly diagnostics: readonly Diagnostic[];
  /** Nodes whose value could not be had; what is said about their value means nothing. */
  readonly unresolved: ReadonlySet<PlacedNode>;
}

const reference = /\$\$\{|\$\{([^}]*)(\}?)/g;
const referenceBody = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([^]*))?$/;

export function resolveReferences(
  root: PlacedNode,
  text: string,
  placeAt: (offset: number) => SourcePlace,
  env: Environment,
): ResolvedReferences {
  const diagnostics: Diagnostic[] = [];
  const unresolved = new Set<PlacedNode>();
  // An escape in a quoted scalar can spell the dollar or the brace.
  if (!text.includes("${") && !text.includes("\\")) return { root, diagnostics, unresolved };

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
      const replaced = valueOf(body, end, env);
      if (typeof replaced === "string") return replaced;
      isBroken = true;
      diagnostics.push({ ...replaced, severity: "error", source: placeAt(offset) });
      return "";
    });
    const resolved: PlacedScalar = { kind: "scalar", offset: node.offset, value, written };
    if (isBroken) unresolved.add(resolved);
    return resolved;
  }

  return { root: resolve(root), diagnostics, unresolved };
}

function valueOf(
  body: string,
  end: string,
  env: Environment,
): string | Pick<Diagnostic, "code" | "message" | "suggestion"> {
  const parts = referenceBody.exec(body);
  if (parts === null || end === "") {
    const shown = `\${${body.slice(0, 60)}${end}`;
    const expected = "expected `${NAME}` or `${NAME:-default}`";
    const message = `\`${shown}\` is not a reference; ${expected}`;
    return { code: "bad-reference", message, suggestion: "write `$${` for a literal `${`" };
  }
  const [, name = "", otherwise] = parts;
  const found = Object.hasOwn(env, name) ? env[name] : undefined;
  // As in a shell, `:-` stands in for a variable that is empty, too.
  if (otherwise !== undefined && (found === undefined || found === "")) return otherwise;
  if (found !== undefined) return found;
  const suggestion =
    didYouMean(name, Object.keys(env)) ?? `set it, or write \`\${${name}:-default}\``;
  const message = `environment variable \`${name}\` is not set`;
  return { code: "missing-variable", message, suggestion };
}
