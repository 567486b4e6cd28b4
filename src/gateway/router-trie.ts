/**
 * Routes as a tree of path segments. Every node has one parent, so a search enters each node at
 * most once, and only nodes whose pattern fits the path: backtracking is bounded by the number of
 * routes that fit, however long the path is.
 */
import type { SlicedWork } from "#base/slices.ts";
import { captureIn, compareForms, type SegmentForm } from "#contract/segment-form.ts";
import { routesBetweenPauses, type CompiledRoute } from "./compile-routes.ts";
import { createList, finishList, type RouteList } from "./router-lists.ts";

export interface TrieNode {
  literals: Map<string, TrieNode> | undefined;
  /** Behind parameters with literal text beside them, the most exact first. */
  forms: OfForm<TrieNode>[] | undefined;
  parameter: TrieNode | undefined;
  /** Routes whose path ends here. */
  end: Leaf | undefined;
  /** Routes with `/*:read` here. */
  restForms: OfForm<Leaf>[] | undefined;
  /** Routes with `/*` here. */
  rest: Leaf | undefined;
}

export interface OfForm<Found> {
  readonly form: SegmentForm;
  readonly found: Found;
}

/** Routes of one path shape. */
export interface Leaf {
  /** The winner whatever the request's host, method and fields are. */
  always: CompiledRoute | undefined;
  hosts: Map<string, RouteList> | undefined;
  /** By suffix: `.example.org` for `*.example.org`. */
  wildcards: Map<string, RouteList> | undefined;
  wildcardLengthMax: number;
  readonly any: RouteList;
}

export function* createTrie(routes: readonly CompiledRoute[]): SlicedWork<TrieNode> {
  const root = createNode();
  const leaves = new Set<Leaf>();
  for (const route of routes) {
    const leaf = leafFor(root, route);
    leaves.add(leaf);
    listFor(leaf, route.host).routes.push(route);
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
    forms: undefined,
    parameter: undefined,
    end: undefined,
    restForms: undefined,
    rest: undefined,
  };
}

function leafFor(root: TrieNode, { pattern }: CompiledRoute): Leaf {
  let node = root;
  for (const { kind, text, form } of pattern.segments) {
    if (kind === "literal") node = childOf((node.literals ??= new Map()), text);
    else if (form !== undefined) node = ofForm((node.forms ??= []), form, createNode);
    else node = node.parameter ??= createNode();
  }
  const { restForm } = pattern;
  if (restForm !== undefined) return ofForm((node.restForms ??= []), restForm, createLeaf);
  if (pattern.rest) return (node.rest ??= createLeaf());
  return (node.end ??= createLeaf());
}

function childOf(children: Map<string, TrieNode>, text: string): TrieNode {
  let child = children.get(text);
  if (child === undefined) children.set(text, (child = createNode()));
  return child;
}

function ofForm<Found>(known: OfForm<Found>[], form: SegmentForm, create: () => Found): Found {
  const index = known.findIndex((one) => compareForms(form, one.form) <= 0);
  const before = known[index];
  if (before !== undefined && compareForms(form, before.form) === 0) return before.found;
  const found = create();
  known.splice(index < 0 ? known.length : index, 0, { form, found });
  return found;
}

const none: readonly never[] = [];

/** What stands for the forms that a text is of, the most exact first. */
export function underForms<Found>(
  forms: readonly OfForm<Found>[] | undefined,
  text: string,
): readonly Found[] {
  if (forms === undefined) return none;
  return forms.filter(({ form }) => captureIn(form, text) !== undefined).map(({ found }) => found);
}

function createLeaf(): Leaf {
  return {
    always: undefined,
    hosts: undefined,
    wildcards: undefined,
    wildcardLengthMax: 0,
    any: createList(),
  };
}

function listFor(leaf: Leaf, host: string | undefined): RouteList {
  if (host === undefined) return leaf.any;
  const isWildcard = host.startsWith(".");
  if (isWildcard) leaf.wildcardLengthMax = Math.max(leaf.wildcardLengthMax, host.length);
  const lists = isWildcard ? (leaf.wildcards ??= new Map()) : (leaf.hosts ??= new Map());
  let list = lists.get(host);
  if (list === undefined) lists.set(host, (list = createList()));
  return list;
}

function finishLeaf(leaf: Leaf): void {
  finishList(leaf.any);
  for (const list of leaf.hosts?.values() ?? []) finishList(list);
  for (const list of leaf.wildcards?.values() ?? []) finishList(list);
  const [first] = leaf.any.routes;
  if (first === undefined || leaf.hosts !== undefined || leaf.wildcards !== undefined) return;
  if (first.methods === undefined && first.headers.length === 0) leaf.always = first;
}

/** Lists of the leaf that a host reaches, the most exact first. */
export function listsOfHost(leaf: Leaf, host: string): readonly RouteList[] {
  const lists: RouteList[] = [];
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
