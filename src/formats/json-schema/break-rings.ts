/**
 * Types that are nothing but themselves: names that lead to each other in a ring without a record,
 * list or map between. No value can be of such a type, and no codec would ever end.
 */
import type { NamedType, Type, TypeName } from "#contract/types.ts";
import type { Report } from "./report.ts";
import { opaqueJson } from "./scope.ts";

export function breakRings(
  types: ReadonlyMap<TypeName, NamedType>,
  report: Report,
): ReadonlyMap<TypeName, NamedType> {
  const broken = new Map(types);
  const done = new Set<TypeName>();
  for (const start of types.keys()) {
    // Depth first without recursion: a chain may be as long as there are types.
    const path: TypeName[] = [];
    const onPath = new Set<TypeName>();
    const stack: { readonly name: TypeName; readonly leave: boolean }[] = [
      { name: start, leave: false },
    ];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (top.leave) {
        onPath.delete(path.pop() as TypeName);
        done.add(top.name);
        continue;
      }
      if (onPath.has(top.name)) {
        breakRing(broken, top.name, report);
        continue;
      }
      const named = broken.get(top.name);
      if (done.has(top.name) || named === undefined) continue;
      path.push(top.name);
      onPath.add(top.name);
      stack.push({ name: top.name, leave: true });
      for (const name of leadsTo(named.type)) stack.push({ name, leave: false });
    }
  }
  return broken;
}

function breakRing(types: Map<TypeName, NamedType>, name: TypeName, report: Report): void {
  const named = types.get(name);
  if (named === undefined || named.type === opaqueJson) return;
  types.set(name, { ...named, type: opaqueJson });
  const message = `type ${name} is defined by itself alone; taken as any JSON`;
  const source = named.origin === undefined ? {} : { source: named.origin };
  report.add([{ code: "ring-of-types", severity: "warning", message, ...source }]);
}

/** Types that a value of this one is at the same time. */
function leadsTo(type: Type): readonly TypeName[] {
  switch (type.kind) {
    case "ref":
      return [type.name];
    case "union":
      return type.variants.flatMap((variant) => leadsTo(variant.type));
    case "record":
      return type.extends === undefined ? [] : [type.extends];
    default:
      return [];
  }
}
