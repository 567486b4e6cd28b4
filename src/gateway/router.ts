/**
 * Finds the route of a request. The order of routes stands in router-order.ts. Most
 * requests are decided by the octets of their path; the tree decides the rest, and what to refuse.
 */
import { doAtOnce, type SlicedWork } from "#base/slices.ts";
import type { Configuration } from "#configuration/configuration.ts";
import { normalPath } from "#contract/path-spelling.ts";
import { compileRoutes, type CompiledRoute } from "./compile-routes.ts";
import { createShapes, type PathOctets } from "./router-shapes.ts";
import { fieldMatches, firstMatch } from "./router-lists.ts";
import { createTrie, listsOfHost, underForms, type Leaf, type TrieNode } from "./router-trie.ts";

export type { CompiledRoute } from "./compile-routes.ts";

/** What routing reads of a request; a getter is called only when a candidate route needs it. */
export interface RoutableRequest {
  readonly method: string;
  /** Lower case, without port. */
  readonly host: string;
  /** Without query, percent-encoding kept, safe to match (no dot segments, no `//`). */
  readonly path: string;
  field(lowerCaseName: string): string | undefined;
  /** The path as octets, where it is at hand: the common case is decided by them. */
  readonly octets?: PathOctets;
}

export interface RouteMiss {
  readonly kind: "miss";
  /** 405: there is a route, but for other methods. */
  readonly status: 404 | 405;
  /** Sorted, for `Allow`; empty when the status is 404. */
  readonly allowedMethods: readonly string[];
}

export type RouteMatch = CompiledRoute | RouteMiss;

export interface Router {
  /** By their `index`. */
  readonly routes: readonly CompiledRoute[];
  match(request: RoutableRequest): RouteMatch;
}

const notFound: RouteMiss = { kind: "miss", status: 404, allowedMethods: [] };

export function createRouter(configuration: Configuration): Router {
  return doAtOnce(buildRouter(configuration));
}

export function* buildRouter(configuration: Configuration): SlicedWork<Router> {
  const routes = yield* compileRoutes(configuration);
  const root = yield* createTrie(routes);
  const findShape = yield* createShapes(root);
  return {
    routes,
    match(request) {
      const { octets } = request;
      if (octets !== undefined) {
        const found = findShape(octets, choose, request);
        if (found !== undefined) return found;
      }
      const path = normalPath(request.path);
      // `*` of OPTIONS and authorities of CONNECT are no paths (RFC 9112 §3.2).
      if (path.charCodeAt(0) !== 0x2f) return notFound;
      return find(root, path, 0, request) ?? miss(root, path, request);
    },
  };
}

/** `slash`: where the next segment begins, or the length of the path when it is used up. */
function find(
  node: TrieNode,
  path: string,
  slash: number,
  request: RoutableRequest,
): CompiledRoute | undefined {
  if (slash >= path.length) {
    const found = node.end === undefined ? undefined : choose(node.end, request);
    if (found !== undefined) return found;
  } else if (node.literals ?? node.forms ?? node.parameter) {
    const next = path.indexOf("/", slash + 1);
    const end = next < 0 ? path.length : next;
    const literal = node.literals?.get(path.slice(slash + 1, end));
    if (literal !== undefined) {
      const found = find(literal, path, end, request);
      if (found !== undefined) return found;
    }
    if (node.forms !== undefined) {
      for (const inner of underForms(node.forms, path.slice(slash + 1, end))) {
        const found = find(inner, path, end, request);
        if (found !== undefined) return found;
      }
    }
    if (node.parameter !== undefined && end > slash + 1) {
      const found = find(node.parameter, path, end, request);
      if (found !== undefined) return found;
    }
  }
  if (node.restForms !== undefined) {
    for (const leaf of underForms(node.restForms, path.slice(slash + 1))) {
      const found = choose(leaf, request);
      if (found !== undefined) return found;
    }
  }
  return node.rest === undefined ? undefined : choose(node.rest, request);
}

function choose(leaf: Leaf, request: RoutableRequest): CompiledRoute | undefined {
  if (leaf.always !== undefined) return leaf.always;
  if (leaf.hosts === undefined && leaf.wildcards === undefined)
    return firstMatch(leaf.any, request);
  for (const list of listsOfHost(leaf, routableHost(request))) {
    const found = firstMatch(list, request);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `example.org.` names the same host as `example.org`. */
export function routableHost({ host }: RoutableRequest): string {
  return host.endsWith(".") ? host.slice(0, -1) : host;
}

/** 405 when a route would have matched with another method (RFC 9110 §15.5.6). */
function miss(root: TrieNode, path: string, request: RoutableRequest): RouteMiss {
  const leaves: Leaf[] = [];
  collectLeaves(root, path, 0, leaves);
  const allowed = new Set<string>();
  for (const leaf of leaves)
    for (const list of listsOfHost(leaf, routableHost(request)))
      for (const route of fieldMatches(list, request))
        for (const method of route.methods ?? []) allowed.add(method);
  if (allowed.size === 0) return notFound;
  return { kind: "miss", status: 405, allowedMethods: [...allowed].sort() };
}

function collectLeaves(node: TrieNode, path: string, slash: number, leaves: Leaf[]): void {
  if (slash >= path.length) {
    if (node.end !== undefined) leaves.push(node.end);
  } else {
    const next = path.indexOf("/", slash + 1);
    const end = next < 0 ? path.length : next;
    const literal = node.literals?.get(path.slice(slash + 1, end));
    if (literal !== undefined) collectLeaves(literal, path, end, leaves);
    for (const inner of underForms(node.forms, path.slice(slash + 1, end)))
      collectLeaves(inner, path, end, leaves);
    if (node.parameter !== undefined && end > slash + 1)
      collectLeaves(node.parameter, path, end, leaves);
  }
  leaves.push(...underForms(node.restForms, path.slice(slash + 1)));
  if (node.rest !== undefined) leaves.push(node.rest);
}

/**
 * What remains of the path for the instance; always begins with "/". Counts segments, because an
 * encoded spelling of the prefix (`/%6frders`) has another length.
 */
export function forwardedPath(match: CompiledRoute, path: string): string {
  let slash = 0;
  for (let left = match.stripSegments; left > 0; left--) {
    slash = path.indexOf("/", slash + 1);
    if (slash < 0) return "/";
  }
  return slash === 0 ? path : path.slice(slash);
}
