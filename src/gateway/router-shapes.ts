/**
 * The short way to a route: by the octets of the path, without making strings. Patterns that have
 * their literals, parameters and `/*` in the same places are of one mask; the literals of a path
 * under a mask are looked up in one table. 20,000 routes have a handful of masks, and a look-up
 * touches a tenth of the memory that the tree does. Whatever is not found here goes the long way.
 */
import { routesBetweenPauses } from "./compile-routes.ts";
import type { SlicedWork } from "#base/slices.ts";
import { hashBasis, hashNext } from "#base/octet-hash.ts";
import { createOctetTable, type OctetTable } from "./octet-table.ts";
import type { Leaf, OfForm, TrieNode } from "./router-trie.ts";

/** Where the path stands in the bytes of a request. */
export interface PathOctets {
  readonly bytes: Buffer;
  readonly pathStart: number;
  readonly pathEnd: number;
}

/** Finds the leaves whose pattern fits, the most exact first, until `choose` takes one. */
export type FindShape = <Request, Chosen>(
  path: PathOctets,
  choose: (leaf: Leaf, request: Request) => Chosen | undefined,
  request: Request,
) => Chosen | undefined;

interface Mask {
  /** By segment: 0 a literal, 1 a parameter; then 2, the end, or 3, `/*`. In their order. */
  readonly ranks: string;
  readonly table: OctetTable<Leaf>;
}

const SLASH = 0x2f;
const PERCENT = 0x25;
const segmentsMax = 16;
/** Of those that a path may have to try. More: it goes the long way. */
const masksMax = 12;

export function* createShapes(root: TrieNode): SlicedWork<FindShape> {
  const masks = new Map<string, Mask>();
  let count = 0;
  // Encodings, and what tells that a form may be there, are for the tree.
  const special = new Uint8Array(256);
  special[PERCENT] = 1;
  for (const { ranks, literals, leaf, marks } of leavesOf(root, "", "", "")) {
    if (++count % routesBetweenPauses === 0) yield;
    for (const mark of marks) special[mark.charCodeAt(0)] = 1;
    if (marks !== "") continue;
    if (ranks.length - 1 > segmentsMax) continue; // Their paths go the long way, too.
    let mask = masks.get(ranks);
    if (mask === undefined) masks.set(ranks, (mask = { ranks, table: createOctetTable() }));
    mask.table.add(Buffer.from(literals, "latin1"), leaf);
  }
  const byLength = groupByLength([...masks.values()]);
  const ends = new Int32Array(segmentsMax + 1);

  return ({ bytes, pathStart, pathEnd }, choose, request) => {
    if (bytes[pathStart] !== SLASH) return undefined;
    let segments = 0;
    for (let at = pathStart + 1; at < pathEnd; at++) {
      const octet = bytes[at] as number;
      if (special[octet] === 1) return undefined;
      if (octet !== SLASH) continue;
      ends[segments] = at;
      if (++segments === segmentsMax) return undefined;
    }
    ends[segments++] = pathEnd;
    const tried = byLength[segments] as readonly Mask[];
    for (let index = 0; index < tried.length; index++) {
      const { ranks, table } = tried[index] as Mask;
      const leaf = findLeaf(ranks, table, bytes, pathStart, ends);
      const chosen = leaf === undefined ? undefined : choose(leaf, request);
      if (chosen !== undefined) return chosen;
    }
    return undefined;
  };
}

function findLeaf(
  ranks: string,
  table: OctetTable<Leaf>,
  bytes: Buffer,
  pathStart: number,
  ends: Int32Array,
): Leaf | undefined {
  const length = ranks.length - 1;
  let hash = hashBasis;
  let start = pathStart;
  for (let index = 0; index < length; index++) {
    const end = ends[index] as number;
    if (ranks.charCodeAt(index) === 0x30) {
      for (let at = start; at < end; at++) hash = hashNext(hash, bytes[at] as number);
    } else if (end === start + 1) return undefined; // A parameter stands for something.
    start = end;
  }
  for (let entry = table.first(hash); entry >= 0; entry = table.next(hash)) {
    let at = table.startOf(entry);
    start = pathStart;
    for (let index = 0; index < length && at >= 0; index++) {
      const end = ends[index] as number;
      if (ranks.charCodeAt(index) === 0x30) at = table.compare(at, bytes, start, end);
      start = end;
    }
    if (at === table.startOf(entry + 1)) return table.valueOf(entry);
  }
  return undefined;
}

/** By the number of segments of a path: the masks that may fit it, the most exact first. */
function groupByLength(masks: readonly Mask[]): readonly (readonly Mask[])[] {
  const sorted = masks.toSorted((a, b) => (a.ranks < b.ranks ? -1 : 1));
  return Array.from({ length: segmentsMax + 1 }, (_, segments) => {
    const fitting = sorted.filter(({ ranks }) => {
      return ranks.endsWith("3") ? ranks.length - 1 <= segments : ranks.length - 1 === segments;
    });
    return fitting.length > masksMax ? [] : fitting;
  });
}

interface FoundLeaf {
  readonly ranks: string;
  /** The literal segments, each behind its slash. */
  readonly literals: string;
  readonly leaf: Leaf;
  /** An octet of each form on the way: a path without it is of no such form. */
  readonly marks: string;
}

function* leavesOf(
  node: TrieNode,
  ranks: string,
  literals: string,
  marks: string,
): Generator<FoundLeaf> {
  if (node.end !== undefined) yield { ranks: `${ranks}2`, literals, leaf: node.end, marks };
  for (const { form, found } of node.restForms ?? [])
    yield { ranks: `${ranks}3`, literals, leaf: found, marks: marks + markOf(form) };
  if (node.rest !== undefined) yield { ranks: `${ranks}3`, literals, leaf: node.rest, marks };
  for (const [text, child] of node.literals ?? [])
    yield* leavesOf(child, `${ranks}0`, `${literals}/${text}`, marks);
  for (const { form, found } of node.forms ?? [])
    yield* leavesOf(found, `${ranks}1`, literals, marks + markOf(form));
  if (node.parameter !== undefined) yield* leavesOf(node.parameter, `${ranks}1`, literals, marks);
}

/** One that is rare in paths, where there is a choice; a slash is in all of them. */
function markOf({ pieces }: OfForm<unknown>["form"]): string {
  const text = pieces.join("");
  return /[^A-Za-z0-9%]/.exec(text)?.[0] ?? /[^%]/.exec(text)?.[0] ?? "/";
}
