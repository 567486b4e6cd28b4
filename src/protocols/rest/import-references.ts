/** Parameters, bodies, responses, path items by reference; one that leads nowhere is an error. */
import { child, itemsOf, textAt, textOf, type Located } from "#formats/json-schema/located.ts";
import { referenceOf } from "#formats/json-schema/references.ts";
import type { OperationSource, ViewScope } from "./import-view.ts";

export interface Resolved {
  readonly value: Located;
  /** The name of what was referred to. */
  readonly word?: string;
}

export function resolveIn(scope: ViewScope, at: Located, what: string): Resolved | undefined {
  const reference = referenceOf(at);
  if (reference === undefined) {
    if (at.node.kind === "map") return { value: at };
    scope.report.error("not-a-map", at, `this is no ${what}; expected a map`);
    return undefined;
  }
  const target = scope.references.follow(reference, at.document);
  const end = target && scope.references.resolve(target);
  if (target !== undefined && end?.node.kind === "map") return { value: end, word: target.word };
  const why = scope.references.whyNot(reference);
  const shown = reference.slice(0, 200);
  const message = `reference \`${shown}\` to a ${what} cannot be followed: ${why}`;
  scope.report.error("reference-not-found", child(at, "$ref") ?? at, message);
  return undefined;
}

/** Those of the operation, and those of its path that it does not name itself. */
export function parametersOf(
  scope: ViewScope,
  { at, pathItem }: OperationSource,
): readonly Located[] | undefined {
  const found = new Map<string, Located>();
  for (const holder of [pathItem, at]) {
    for (const item of itemsOf(child(holder, "parameters"))) {
      const resolved = resolveIn(scope, item, "parameter");
      if (resolved === undefined) return undefined;
      const { value } = resolved;
      const name = textOf(child(value, "name"));
      const where = textAt(value, "in");
      if (name === undefined || where === undefined) {
        scope.report.error("bad-parameter", item, "a parameter wants `name` and `in`");
        return undefined;
      }
      found.set(`${where} ${where === "header" ? name.toLowerCase() : name}`, value);
    }
  }
  return [...found.values()];
}
