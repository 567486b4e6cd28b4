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
  const neighbours = groupTemplates(contract);
  const known = new WeakMap<RestOperation, string | false>();
  /** False: no value can lead elsewhere. */
  const shapeToKeep = (rest: RestOperation): string | false => {
    const shape = pathShape(rest.binding.path);
    return mayLeadElsewhere(neighbours, shape, compileTemplate(rest.binding.path)) && shape;
  };
  return (rest, { method, target }) => {
    if (rest.pathValues.length === 0) return;
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

type ByShape = Map<string, PathTemplate>;

interface Neighbours {
  readonly all: ByShape;
  /** Those that begin with a literal, by it; others, which may meet any, under "". */
  readonly byFirst: ReadonlyMap<string, ByShape>;
}

function groupTemplates(contract: Contract): Neighbours {
  const all: ByShape = new Map();
  const byFirst = new Map<string, ByShape>();
  for (const operation of contract.operations) {
    const aliases = operation.rest?.aliases ?? [];
    for (const { path } of [bindingOf(contract, operation), ...aliases]) {
      const shape = pathShape(path);
      if (all.has(shape)) continue;
      const template = compileTemplate(path);
      all.set(shape, template);
      const first = template.segments[0]?.literal ?? "";
      const group = byFirst.get(first) ?? new Map<string, PathTemplate>();
      byFirst.set(first, group.set(shape, template));
    }
  }
  return { all, byFirst };
}

function mayLeadElsewhere({ all, byFirst }: Neighbours, shape: string, own: PathTemplate): boolean {
  // Its own literal text may be read in another way.
  if (own.segments.some(({ form }) => form !== undefined)) return true;
  const first = own.segments[0]?.literal;
  const groups = first === undefined ? [all] : [byFirst.get(first), byFirst.get("")];
  return groups.some((group) =>
    [...(group ?? [])].some(([key, other]) => key !== shape && mayMeet(own, other)),
  );
}
