/**
 * Schemas of tools are documents of their own within a list, and refer to `#/$defs/...` of
 * themselves. Here the definitions of all are put where such references lead from: at the end of
 * the list's document, so that lines before it stay. The same ones are put once. References to
 * other places of themselves, `#` and `#/properties/...`, lead through the list.
 */
import { contractDocumentLimits } from "#base/limits.ts";
import { readValueSpans } from "#formats/json/value-spans.ts";

type Members = ReadonlyMap<string, string>;

const containers = ["$defs", "definitions"] as const;

/** @returns the text as it is where there is nothing to do, or where it is no such list. */
export function hoistDefinitions(text: string): string {
  const root = membersOf(text);
  if (root === undefined || containers.some((name) => root.has(name))) return text;
  const path = root.has("tools") ? "tools" : "result/tools";
  const list = root.get("tools") ?? membersOf(root.get("result"))?.get("tools");
  const tools = list === undefined ? undefined : readValueSpans(list, contractDocumentLimits);
  if (tools?.kind !== "array") return text;
  const hoisted = new Map(containers.map((name) => [name, new Map<string, string>()]));
  let whole = text;
  for (const [index, tool] of tools.items.entries()) {
    for (const key of ["inputSchema", "outputSchema"]) {
      const schema = membersOf(tool)?.get(key);
      if (schema === undefined) continue;
      const led = leadThroughList(schema, `#/${path}/${index}/${key}`);
      const renamed = hoist(led, hoisted, `${index}${key === "inputSchema" ? "in" : "out"}`);
      // A function, as the text may have `$&` in it.
      if (renamed !== schema) whole = whole.replace(schema, () => renamed);
    }
  }
  const found = [...hoisted].filter(([, definitions]) => definitions.size > 0);
  if (found.length === 0) return whole;
  const added = found.map(([name, definitions]) => {
    const members = Array.from(definitions, ([key, one]) => `${JSON.stringify(key)}:${one}`);
    return `,${JSON.stringify(name)}:{${members.join(",")}}`;
  });
  return `${whole.trimEnd().slice(0, -1)}${added.join("")}}`;
}

/** @param pointer where the schema stands. */
function leadThroughList(schema: string, pointer: string): string {
  const within = /("\$ref"\s*:\s*")#(?="|\/(?!(?:\$defs|definitions)\/))/g;
  return schema.replaceAll(within, (_all, before: string) => before + pointer);
}

/** @returns the schema, in which names are others where another schema has taken them. */
function hoist(
  schema: string,
  hoisted: ReadonlyMap<string, Map<string, string>>,
  suffix: string,
): string {
  let text = schema;
  for (const container of containers) {
    const own = membersOf(membersOf(text)?.get(container));
    const known = hoisted.get(container);
    if (own === undefined || known === undefined) continue;
    const clashes = [...own].some(([name, one]) => known.has(name) && known.get(name) !== one);
    if (clashes) {
      for (const name of own.keys()) {
        const from = `"#/${container}/${name}`;
        for (const end of ['"', "/"]) text = text.replaceAll(from + end, `${from}-${suffix}${end}`);
      }
    }
    for (const [name, one] of membersOf(membersOf(text)?.get(container)) ?? []) {
      known.set(clashes ? `${name}-${suffix}` : name, one);
    }
  }
  return text;
}

function membersOf(text: string | undefined): Members | undefined {
  if (text === undefined) return undefined;
  const spans = readValueSpans(text, contractDocumentLimits);
  return spans.kind === "object" ? spans.members : undefined;
}
