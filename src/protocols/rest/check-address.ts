/**
 * Whether a request goes where it should: a value in a path may spell the address of another
 * operation, `me` for `/users/{id}` beside `/users/me`, which the caller need not be allowed.
 */
import type { Contract } from "#contract/contract.ts";
import { pathShape } from "#contract/path-segments.ts";
import type { UpstreamRequest } from "#extension/protocol.ts";
import { compileRestRoutes } from "./face-routes.ts";
import { refuse } from "./parameters-flat.ts";
import { compileTemplate, mayMeet, type PathTemplate } from "./path-templates.ts";
import { bindingOf } from "./rest-binding.ts";
import type { RestOperation } from "./rest-operation.ts";

export type CheckAddress = (rest: RestOperation, request: UpstreamRequest) => void;

export function createAddressCheck(contract: Contract): CheckAddress {
  const match = compileRestRoutes(contract);
  const templates = templatesByShape(contract);
  const known = new WeakMap<RestOperation, string | false>();
  /** False: no value can lead elsewhere. */
  const shapeToKeep = (rest: RestOperation): string | false => {
    const shape = pathShape(rest.binding.path);
    return mayLeadElsewhere(templates, shape) && shape;
  };
  return (rest, { method, target }) => {
    const shape = known.get(rest) ?? shapeToKeep(rest);
    known.set(rest, shape);
    if (shape === false) return;
    const [path = ""] = target.split("?", 1);
    const meant = match(path, method)?.routes.get(method);
    if (meant !== undefined && pathShape(meant.binding.path) === shape) return;
    const { codec } = rest.pathValues.at(-1) ?? {};
    const whose = meant === undefined ? "no operation" : meant.operation.id;
    const message = `${method} ${path.slice(0, 200)} is the address of ${whose}`;
    refuse(codec?.subject ?? { what: "the path", place: "" }, message, "not-representable");
  };
}

function templatesByShape(contract: Contract): ReadonlyMap<string, PathTemplate> {
  const paths = contract.operations.flatMap((operation) => [
    bindingOf(contract, operation).path,
    ...(operation.rest?.aliases ?? []).map(({ path }) => path),
  ]);
  return new Map(paths.map((path) => [pathShape(path), compileTemplate(path)]));
}

function mayLeadElsewhere(templates: ReadonlyMap<string, PathTemplate>, shape: string): boolean {
  const own = templates.get(shape);
  if (own === undefined || !shape.includes("{}")) return false;
  if (own.segments.some(({ form }) => form !== undefined)) return true;
  return [...templates].some(([key, other]) => key !== shape && mayMeet(own, other));
}
