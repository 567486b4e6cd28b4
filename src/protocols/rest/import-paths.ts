/** Which operations a document has, in its own order; what cannot be offered is said and left. */
import { pathShape } from "#contract/path-segments.ts";
import { child, entriesOf, textAt, type Located } from "#formats/json-schema/located.ts";
import { resolveIn } from "./import-references.ts";
import type { OperationSource, ViewScope } from "./import-view.ts";

const methods = new Set(["get", "put", "post", "delete", "options", "head", "patch", "query"]);
const methodsNotOffered = new Set(["trace", "connect"]);

export function findOperations(scope: ViewScope, root: Located): readonly OperationSource[] {
  const shapes = new Map<string, string>();
  return entriesOf(child(root, "paths")).flatMap((entry) => {
    const path = entry.key;
    if (path.startsWith("x-")) return [];
    if (!/^\/[^?#\s]*$/.test(path)) {
      const given = JSON.stringify(path.slice(0, 200));
      const expected = 'expected one that begins with "/" and has no query';
      const message = `path ${given} cannot be offered; ${expected}`;
      scope.report.error("bad-path", entry, message);
      return [];
    }
    const shape = pathShape(path);
    const earlier = shapes.get(shape);
    if (earlier !== undefined) {
      const message = `the same requests belong to path ${earlier} above; this one is left out`;
      scope.report.error("repeated-path", entry, message);
      return [];
    }
    shapes.set(shape, path);
    const pathItem = resolveIn(scope, entry, "path item")?.value;
    return pathItem === undefined ? [] : operationsOf(scope, pathItem, path);
  });
}

function operationsOf(
  scope: ViewScope,
  pathItem: Located,
  path: string,
): readonly OperationSource[] {
  const entries = [
    ...entriesOf(pathItem),
    // OpenAPI 3.2; the names are methods as they are sent.
    ...entriesOf(child(pathItem, "additionalOperations")),
  ];
  return entries.flatMap((at) => {
    // Described beside the operation that it is, for those who rather ask by GET.
    if (textAt(child(at, "x-parlance") ?? at, "twin") !== undefined) return [];
    const method = at.key.toUpperCase();
    if (methods.has(at.key.toLowerCase())) return [{ at, pathItem, method, path }];
    if (methodsNotOffered.has(at.key)) {
      scope.report.warning("method-not-offered", at, `${method} is not offered`);
    } else if (child(pathItem, "additionalOperations") !== undefined && /^[A-Z]+$/.test(at.key)) {
      return [{ at, pathItem, method, path }];
    }
    return [];
  });
}

/** What a contract may hold that has no place in a gateway. */
export function reportRest(scope: ViewScope, root: Located): void {
  for (const entry of entriesOf(child(root, "webhooks"))) {
    scope.report.info("webhook-not-offered", entry, "webhooks are not offered");
  }
  const components = child(root, "components");
  const schemes =
    child(root, "securityDefinitions") ?? (components && child(components, "securitySchemes"));
  if (schemes !== undefined && entriesOf(schemes).length > 0) {
    const message = "security is not taken from the contract: who may call is configured";
    scope.report.info("security-noted", schemes, message);
  }
  const info = child(root, "info");
  if (info === undefined || textAt(info, "title") === undefined) {
    const at = info ?? root;
    scope.report.warning("no-title", at, "the document has no `info.title`; expected a name");
  }
}
