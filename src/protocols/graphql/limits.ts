/** Bounds on what one document may ask for, counted before anything is validated or called. */
import {
  GraphQLError,
  Kind,
  isListType,
  isNonNullType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import type { GraphqlLimits } from "#base/graphql-settings.ts";

interface Counts {
  depth: number;
  fields: number;
  aliases: number;
  rootFields: number;
  directives: number;
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** @returns what is wrong; fragments are counted wherever they are spread. */
export function checkDocument(document: DocumentNode, limits: GraphqlLimits): GraphQLError[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  }
  const known = new Map<FragmentDefinitionNode, Counts>();
  for (const one of document.definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION) continue;
    const counts = countSelections(one.selectionSet, fragments, known, new Set());
    counts.directives += one.directives?.length ?? 0;
    for (const name of ["depth", "rootFields", "aliases", "directives", "fields"] as const) {
      const max = limits[`${name}Max`];
      if (counts[name] > max) return [tooMuch(one, name, counts[name], max)];
    }
  }
  return [];
}

function tooMuch(
  node: OperationDefinitionNode,
  name: string,
  count: number,
  max: number,
): GraphQLError {
  const words: Readonly<Record<string, string>> = { rootFields: "fields at its root" };
  const found = Math.min(count, Number.MAX_SAFE_INTEGER);
  const message =
    name === "depth"
      ? `the operation is ${found} levels deep; depthMax is ${max}`
      : `the operation has ${found} ${words[name] ?? name}; ${name}Max is ${max}`;
  return limitError(message, node);
}

/** @param node absent: the document as a whole asks for too much. */
export function limitError(message: string, node?: OperationDefinitionNode): GraphQLError {
  const extensions = { code: "RESOURCE_EXHAUSTED", kind: "resource_exhausted" };
  return new GraphQLError(message, {
    nodes: node ?? null,
    extensions: { ...extensions, problem: "limit-exceeded" },
  });
}

/** A fragment within itself is validation's affair; here it ends. */
function countSelections(
  { selections }: SelectionSetNode,
  fragments: Fragments,
  known: Map<FragmentDefinitionNode, Counts>,
  within: Set<FragmentDefinitionNode>,
): Counts {
  const counts: Counts = { depth: 0, fields: 0, aliases: 0, rootFields: 0, directives: 0 };
  const add = (inner: Counts, isSame: boolean): void => {
    counts.depth = Math.max(counts.depth, isSame ? inner.depth : inner.depth + 1);
    counts.fields += inner.fields;
    counts.aliases += inner.aliases;
    counts.directives += inner.directives;
    if (isSame) counts.rootFields += inner.rootFields;
  };
  for (const one of selections) {
    counts.directives += one.directives?.length ?? 0;
    if (one.kind === Kind.FIELD) {
      counts.fields++;
      counts.rootFields++;
      counts.depth = Math.max(counts.depth, 1);
      if (one.alias !== undefined) counts.aliases++;
      const { selectionSet } = one;
      if (selectionSet !== undefined) {
        add(countSelections(selectionSet, fragments, known, within), false);
      }
    } else if (one.kind === Kind.INLINE_FRAGMENT) {
      add(countSelections(one.selectionSet, fragments, known, within), true);
    } else {
      const fragment = fragments.get(one.name.value);
      if (fragment === undefined || within.has(fragment)) continue;
      let inner = known.get(fragment);
      if (inner === undefined) {
        within.add(fragment);
        inner = countSelections(fragment.selectionSet, fragments, known, within);
        within.delete(fragment);
        known.set(fragment, inner);
      }
      add(inner, true);
    }
  }
  return counts;
}

/** Fields times the lengths of the lists that they stand in: of a valid document. */
export function checkCost(
  document: DocumentNode,
  schema: GraphQLSchema,
  limits: GraphqlLimits,
): GraphQLError[] {
  const info = new TypeInfo(schema);
  /** Of each operation and fragment by itself, and what it spreads under which factor. */
  const own = new Map<string, { cost: number; spreads: [name: string, factor: number][] }>();
  let current: { cost: number; spreads: [name: string, factor: number][] } | undefined;
  let factor = 1;
  const factors: number[] = [];
  const enter = (name: string): void => {
    current = { cost: 0, spreads: [] };
    own.set(name, current);
    factor = 1;
  };
  const visitor = {
    OperationDefinition: (node: OperationDefinitionNode) => enter(` ${node.name?.value ?? ""}`),
    FragmentDefinition: (node: FragmentDefinitionNode) => enter(node.name.value),
    FragmentSpread: (node: { readonly name: { readonly value: string } }) => {
      current?.spreads.push([node.name.value, factor]);
    },
    Field: {
      enter() {
        if (current !== undefined) current.cost += factor;
        factors.push(factor);
        let type: GraphQLType | null | undefined = info.getType();
        while (isNonNullType(type) || isListType(type)) {
          if (isListType(type)) factor *= limits.listLength;
          type = type.ofType;
        }
      },
      leave: () => void (factor = factors.pop() ?? 1),
    },
  };
  visit(document, visitWithTypeInfo(info, visitor));
  const total = new Map<string, number>();
  const costOf = (name: string): number => {
    const done = total.get(name);
    if (done !== undefined) return done;
    total.set(name, 0);
    const { cost = 0, spreads = [] } = own.get(name) ?? {};
    const sum = spreads.reduce((all, [spread, times]) => all + times * costOf(spread), cost);
    total.set(name, sum);
    return sum;
  };
  for (const one of document.definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION) continue;
    const cost = costOf(` ${one.name?.value ?? ""}`);
    if (cost <= limits.costMax) continue;
    const message = `the operation costs ${cost}; costMax is ${limits.costMax}`;
    return [limitError(message, one)];
  }
  return [];
}
