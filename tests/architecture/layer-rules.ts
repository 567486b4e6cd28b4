/**
 * The rules of ARCHITECTURE.md about who may import whom, as functions from imports to findings.
 */
import type { Import } from "./imports.ts";

/** Layer to the layers that it may import. */
export type Layers = ReadonlyMap<string, readonly string[]>;

/** Layers whose folders do not know each other. */
const strangers: ReadonlySet<string> = new Set(["protocols", "policies", "proofs", "formats"]);

/** Schema languages and the like, which know the one format that they are written in. */
const writtenIn: ReadonlyMap<string, string> = new Map([
  ["formats/xml-schema", "xml"],
  ["formats/xml-signature", "xml"],
  ["formats/json-schema", "yaml"],
]);

/** Reads the table of ARCHITECTURE.md: rows of "| `layer/` | `a` `b` | ... |". */
export function readLayers(architecture: string): Layers {
  const layers = new Map<string, readonly string[]>();
  for (const [, layer = "", cell = ""] of architecture.matchAll(/^\| `(\w+)\/` *\|([^|]*)\|/gm)) {
    layers.set(layer, cell.match(/(?<=`)\w+(?=`)/g) ?? []);
  }
  return layers;
}

/** Layers that may import each other, straight or through others. */
export function layerCycles(layers: Layers): readonly string[] {
  const edges = new Map([...layers].map(([layer, below]) => [layer, [...below]]));
  return findCycles(edges);
}

export function layerViolations(imports: readonly Import[], layers: Layers): readonly string[] {
  return imports.flatMap((one) => violationOf(one, layers) ?? []);
}

function violationOf(one: Import, layers: Layers): string | undefined {
  const { path, specifier } = one;
  const [, layer = "", unit = ""] = path.split("/");
  const below = layers.get(layer);
  if (below === undefined) return `${path}: no layer of ARCHITECTURE.md is called "${layer}"`;
  if (specifier.includes("../")) return `${path}: write "#layer/..." instead of "${specifier}"`;
  if (!specifier.startsWith("#")) return undefined;
  const [toLayer = "", toUnit = ""] = specifier.slice(1).split("/");
  if (toLayer === "tests") {
    return isTestFile(path) ? undefined : `${path}: only tests may import ${specifier}`;
  }
  if (toLayer === layer) {
    if (!strangers.has(layer) || toUnit === unit) return undefined;
    if (writtenIn.get(`${layer}/${unit}`) === toUnit) return undefined;
    return `${path}: ${layer}/${unit} may not import its sibling ${specifier}`;
  }
  if (below.includes(toLayer)) return undefined;
  return `${path}: ${layer} may not import ${toLayer} (${specifier})`;
}

/** Files beside the code that are loaded by tests alone. */
function isTestFile(path: string): boolean {
  return /(\.test|-fixture)\.ts$/.test(path);
}

/** Packages that a file of the product imports and package.json does not list as a dependency. */
export function undeclaredPackages(
  imports: readonly Import[],
  dependencies: readonly string[],
): readonly string[] {
  return imports
    .filter(({ path, specifier }) => !isTestFile(path) && !/^[.#]|^node:/.test(specifier))
    .filter(({ specifier }) => !dependencies.includes(packageName(specifier)))
    .map(({ path, specifier }) => `${path}: "${specifier}" is no entry of "dependencies"`);
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Files that need each other in a ring when the program runs: their order of loading is luck. */
export function importCycles(imports: readonly Import[]): readonly string[] {
  const edges = new Map<string, string[]>();
  for (const { path, target, typeOnly } of imports) {
    if (target === undefined || typeOnly) continue;
    const targets = edges.get(path) ?? [];
    targets.push(target);
    edges.set(path, targets);
  }
  return findCycles(edges);
}

/** Each ring once, as "a -> b -> a". */
function findCycles(edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (node: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(node);
    if (seenAt >= 0) cycles.push([...trail.slice(seenAt), node].join(" -> "));
    if (seenAt >= 0 || done.has(node)) return;
    for (const next of edges.get(node) ?? []) visit(next, [...trail, node]);
    done.add(node);
  };
  for (const node of edges.keys()) visit(node, []);
  return cycles;
}

/** Folders of a layer that its list in src/app does not import. */
export function unlisted(
  layer: string,
  folders: readonly string[],
  listImports: readonly Import[],
): readonly string[] {
  return folders
    .filter(
      (name) => !listImports.some(({ specifier }) => specifier.startsWith(`#${layer}/${name}/`)),
    )
    .map((name) => `src/app/standard-${layer}.ts does not list ${layer}/${name}`);
}
