/** Which of the named schemas a document needs: those it refers to, and those that these need. */
import type { Schema } from "./describe-scope.ts";

/** @param schemas by the names that stand behind the prefix. */
export function referredSchemas(
  value: unknown,
  refPrefix: string,
  schemas: Readonly<Record<string, Schema>>,
): ReadonlySet<string> {
  const needed = new Set<string>();
  const collect = (part: unknown): void => {
    if (typeof part === "string") {
      if (!part.startsWith(refPrefix)) return;
      const name = nameIn(part, refPrefix);
      if (needed.has(name) || !Object.hasOwn(schemas, name)) return;
      needed.add(name);
      collect(schemas[name]);
    } else if (typeof part === "object" && part !== null) Object.values(part).forEach(collect);
  };
  collect(value);
  return needed;
}

export function nameIn(reference: string, refPrefix: string): string {
  return reference.slice(refPrefix.length).replaceAll("~1", "/").replaceAll("~0", "~");
}
