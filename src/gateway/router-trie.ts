/**
 * Routes as a tree of path segments. Every node has one parent, so a search enters each node at
 * most once, and only nodes whose pattern fits the path: backtracking is bounded by the number of
 * routes that fit, however long the path is.
 */
import type { SlicedWork } from "#base/slices.ts";
import { routesBetweenPauses, type CompiledRoute } from "./compile-routes.ts";
import { conditionOrder } from "./router-order.ts";

export interface TrieNode {
  literals: Map<string, TrieNode> | undefined;
  /** By what stands behind a parameter: `:archive`. */
  verbs: Map<string, TrieNode> | undefined;
  parameter: TrieNode | undefined;
  /** Routes whose path ends here. */
  end: Leaf | undefined;
  /** Routes with `/*:read` here. */
  restVerbs: Map<string, Leaf> | undefined;
  /** Routes with `/*` here. */
  rest: Leaf | undefined;
}

/** Routes of one path shape; every list in the order of `conditionOrder`. */
export interface Leaf {
  /** The winner whatever the request's host, method and fields are. */
  always: CompiledRoute | undefined;
  hosts: Map<string, CompiledRoute[]> | undefined;
  /** By suffix: `.example.org` for `*.example.org`. */
  wildcards: Map<string, CompiledRoute[]> | undefined;
  wildcardLengthMax: number;
  any: CompiledRoute[];
}

export function* createTrie(routes: readonly CompiledRoute[]): SlicedWork<TrieNode> {
  const root = createNode();
  const leaves = new Set<Leaf>();
  for (const route of routes) {
    const leaf = leafFor(root, route);
    leaves.add(leaf);
    listFor(leaf, route.host).push(route);
    if (route.index % routesBetweenPauses === 0) yield;
  }
  let finished = 0;
  for (const leaf of leaves) {
    finishLeaf(leaf);
    if (++finished % routesBetweenPauses === 0) yield;
  }
  return root;
}

function createNode(): TrieNode {
  return {
    literals: undefined,
    verbs: undefined,
    parameter: undefined,
    end: undefined,
    restVerbs: undefined,
    rest: undefined,
  };
}

function leafFor(root: TrieNode, { pattern }: CompiledRoute): Leaf {
  let node = root;
  for (const { kind, text, verb } of pattern.segments) {
    if (kind === "literal") node = childOf((node.literals ??= new Map()), text);
    else if (verb !== undefined) node = childOf((node.verbs ??= new Map()), verb);
    else node = node.parameter ??= createNode();
  }
  const { restVerb } = pattern;
  if (restVerb !== undefined) {
    const leaves = (node.restVerbs ??= new Map<string, Leaf>());
    const leaf = leaves.get(restVerb) ?? createLeaf();
    leaves.set(restVerb, leaf);
    return leaf;
  }
  if (pattern.rest) return (node.rest ??= createLeaf());
  return (node.end ??= createLeaf());
}

function childOf(children: Map<string, TrieNode>, text: string): TrieNode {
  let child = children.get(text);
  if (child === undefined) children.set(text, (child = createNode()));
  return child;
}

/** What stands for the verbs that a text ends in, behind something; the longest verb first. */
export function underVerbs<Found>(
  verbs: ReadonlyMap<string, Found> | undefined,
  text: string,
): readonly Found[] {
  if (verbs === undefined || !text.includes(":")) return [];
  return Array.from(verbs)
    .filter(([verb]) => text.length > verb.length && text.endsWith(verb))
    .sort(([one], [other]) => other.length - one.length)
    .map(([, found]) => found);
}

function createLeaf(): Leaf {
  return {
    always: undefined,
    hosts: undefined,
    wildcards: undefined,
    wildcardLengthMax: 0,
    any: [],
  };
}

function listFor(leaf: Leaf, host: string | undefined): CompiledRoute[] {
  if (host === undefined) return leaf.any;
  const isWildcard = host.startsWith(".");
  if (isWildcard) leaf.wildcardLengthMax = Math.max(leaf.wildcardLengthMax, host.length);
  const lists = isWildcard ? (leaf.wildcards ??= new Map()) : (leaf.hosts ??= new Map());
  let list = lists.get(host);
  if (list === undefined) lists.set(host, (list = []));
  return list;
}

function finishLeaf(leaf: Leaf): void {
  leaf.any.sort(conditionOrder);
  for (const list of leaf.hosts?.values() ?? []) list.sort(conditionOrder);
  for (const list of leaf.wildcards?.values() ?? []) list.sort(conditionOrder);
  const first = leaf.any[0];
  if (first === undefined || leaf.hosts !== undefined || leaf.wildcards !== undefined) return;
  if (first.methods === undefined && first.headers.length === 0) leaf.always = first;
}

/** Lists of the leaf that a host reaches, the most exact first. */
export function listsOfHost(leaf: Leaf, host: string): readonly (readonly CompiledRoute[])[] {
  const lists: (readonly CompiledRoute[])[] = [];
  const exact = leaf.hosts?.get(host);
  if (exact !== undefined) lists.push(exact);
  if (leaf.wildcards !== undefined) {
    // No wildcard is longer than the longest: a host of a thousand dots costs nothing.
    let dot = host.indexOf(".", Math.max(1, host.length - leaf.wildcardLengthMax));
    for (; dot > 0; dot = host.indexOf(".", dot + 1)) {
      const list = leaf.wildcards.get(host.slice(dot));
      if (list !== undefined) lists.push(list);
    }
  }
  lists.push(leaf.any);
  return lists;
}
