/** How many steps of derivation lie above a type: bounded, because every step costs its chain. */
import { type Compilation, fail } from "./compilation.ts";
import { attributeOf, schemaChild } from "./names.ts";
import { type Definition, findDefinition, nameIn } from "./schema-set.ts";

/** False, reported: the type derives over more steps than `depthMax`. */
export function checkDepth(compilation: Compilation, definition: Definition): boolean {
  const depth = depthOf(compilation, definition);
  const { depthMax } = compilation.limits;
  if (depth <= depthMax) return true;
  const { document, element, name } = definition;
  const text = `type "${name.name}" derives over ${depth} steps; expected at most ${depthMax}`;
  fail(compilation, "too-deep", `${text} (depthMax)`, { document, element, path: name.name });
  return false;
}

function depthOf(compilation: Compilation, definition: Definition): number {
  const { depths } = compilation;
  const chain: Definition[] = [];
  const visited = new Set<Definition>();
  let next: Definition | undefined = definition;
  // A circle ends the walk; it is reported where it is compiled.
  while (next !== undefined && !depths.has(next) && !visited.has(next)) {
    visited.add(next);
    chain.push(next);
    next = baseOf(compilation, next);
  }
  let depth = (next && depths.get(next)) ?? 0;
  for (const one of chain.reverse()) depths.set(one, ++depth);
  return depths.get(definition) ?? 0;
}

function baseOf(compilation: Compilation, definition: Definition): Definition | undefined {
  const { document, element } = definition;
  const content = schemaChild(element, "complexContent", "simpleContent") ?? element;
  const step = schemaChild(content, "extension", "restriction");
  const text = step && attributeOf(step, "base");
  const name = step && text !== undefined ? nameIn(document, step, text) : undefined;
  return name && findDefinition(compilation.set, "type", name, document.targetNamespace);
}
