/** One operation of a document to one of the contract. */
import type { Operation } from "#contract/contract.ts";
import { child, isTrueAt, placeOf, textAt } from "#formats/json-schema/located.ts";
import { joinParts } from "./import-parts.ts";
import { readInput } from "./import-input.ts";
import { readOutput } from "./import-output.ts";
import type { ImportScope } from "./import-scope.ts";
import type { OperationSource, VersionReader } from "./import-view.ts";

/** Undefined: unusable, and an error says why. */
export function importOperation(
  scope: ImportScope,
  reader: VersionReader,
  source: OperationSource,
  id: string,
): Operation | undefined {
  const { at, method } = source;
  if (at.node.kind !== "map") {
    scope.report.error("not-a-map", at, "this is no operation; expected a map");
    return undefined;
  }
  if (child(at, "responses") === undefined) {
    scope.report.warning("no-responses", at, "no responses are described");
  }
  const found = reader.operation(scope, source);
  if (found === undefined) return undefined;
  const view = joinParts(found);
  const { input, binding } = readInput(scope, view, id);
  const { output, success, faults, mode } = readOutput(scope, view, id);
  const own = child(at, "x-parlance");
  const said = own && textAt(own, "safety");
  const marked = (["safe", "idempotent", "unsafe"] as const).find((one) => one === said);
  const documentation = textAt(at, "description") ?? textAt(at, "summary");
  return {
    id,
    ...(documentation === undefined ? {} : { documentation }),
    ...(isTrueAt(at, "deprecated") ? { deprecated: true } : {}),
    mode,
    safety: marked ?? safetyOf(method),
    input,
    output,
    faults,
    rest: { method, path: view.path, ...binding, success },
    origin: placeOf(at),
  };
}

/** RFC 9110 §9.2.1 and §9.2.2; QUERY is safe by RFC 10008. */
export function safetyOf(method: string): Operation["safety"] {
  if (/^(GET|HEAD|OPTIONS|QUERY)$/.test(method)) return "safe";
  return method === "PUT" || method === "DELETE" ? "idempotent" : "unsafe";
}
