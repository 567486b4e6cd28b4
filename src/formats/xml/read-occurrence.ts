/** Readers of what may stand in the content of a record: elements, choices, groups, lists, any. */
import type { QualifiedName } from "#contract/contract.ts";
import type { ListType, Type, UnionType, XmlBinding } from "#contract/types.ts";
import { createRecord, type Value } from "#contract/value.ts";
import {
  isNestedList,
  isTextual,
  resolveType,
  namespaceOfType,
  variantBinding,
} from "./bindings.ts";
import { matchNames, type NameTest, wildcardTakes } from "./name-match.ts";
import { followReferences } from "./multi-reference.ts";
import { readOpaque } from "./opaque.ts";
import type { ElementFacets, ElementReader, Occurrence, ReadContext } from "./read-context.ts";
import { checkAllForeign } from "./read-attributes.ts";
import { nillable } from "./read-element.ts";
import { endTag, startTag, type XmlTokenizer } from "./tokenizer.ts";

export function compileOccurrence(
  context: ReadContext,
  binding: XmlBinding,
  type: Type,
  namespace: string,
  facets: ElementFacets,
): Occurrence {
  const { type: resolved, named } = resolveType(context.contract, type);
  const inner = namespaceOfType(named, namespace);
  const repeated = resolved.kind === "list" && !isTextual(context.contract, resolved);
  if (repeated && binding.wrapper === undefined) {
    const itemFacets = { ...facets, nullable: resolved.itemNullable };
    const item = compileItem(context, binding, resolved.item, inner, itemFacets);
    return repeat(item, resolved);
  }
  switch (binding.node) {
    case "any":
      return compileWildcard(binding.namespace);
    case "inline":
      if (resolved.kind === "union") return compileChoice(context, resolved, inner);
      if (resolved.kind === "record") {
        const group = context.group(resolved, inner);
        const { matches, emptiable, starts } = group;
        const read = (tokenizer: XmlTokenizer): Value => {
          const record = createRecord();
          group.read(tokenizer, record, false);
          return record;
        };
        return { matches, read, emptiable, starts, wildcard: false, element: false };
      }
      throw new Error(`the inline field ${binding.name} is neither a union nor a record`);
    default:
      return repeated
        ? compileWrapped(context, binding, resolved, inner, facets)
        : elementOccurrence(binding, context.element(type, namespace, facets));
  }
}

/** A list that is itself an item has an element of its own. */
function compileItem(
  context: ReadContext,
  binding: XmlBinding,
  type: Type,
  namespace: string,
  facets: ElementFacets,
): Occurrence {
  return isNestedList(context.contract, binding, type)
    ? elementOccurrence(binding, context.element(type, namespace, facets))
    : compileOccurrence(context, binding, type, namespace, facets);
}

function elementOccurrence(name: QualifiedName, readElement: ElementReader): Occurrence {
  return {
    matches: matchNames([name]),
    read: (tokenizer) => {
      const value = readElement(tokenizer);
      tokenizer.nextElement();
      return value;
    },
    emptiable: false,
    wildcard: false,
    starts: [name],
    element: true,
  };
}

function repeat(item: Occurrence, { min, max = Infinity }: ListType): Occurrence {
  const readUntil = (tokenizer: XmlTokenizer, stop: NameTest): Value => {
    const items: Value[] = [];
    while (tokenizer.token === startTag && items.length < max && item.matches(tokenizer)) {
      if (stop(tokenizer)) break;
      if (item.element) tokenizer.ordinals[tokenizer.depth] = items.length + 1;
      items.push(item.read(tokenizer));
    }
    if (items.length < min) failFew(tokenizer, item, min, items.length);
    return items;
  };
  return {
    ...item,
    emptiable: min === 0 || item.emptiable,
    element: false,
    read: (tokenizer) => readUntil(tokenizer, never),
    readUntil,
    repeats: { item, min, max },
  };
}

const never: NameTest = () => false;

export function failFew(
  tokenizer: XmlTokenizer,
  item: Occurrence,
  min: number,
  count: number,
): never {
  const what = item.starts[0]?.name ?? "any element";
  const message = `expected <${what}> at least ${min} times, found it ${count} times`;
  return tokenizer.token === endTag
    ? tokenizer.failClosed("missing-element", message)
    : tokenizer.fail("missing-element", message);
}

/** A list with an element of its own round its items. */
function compileWrapped(
  context: ReadContext,
  binding: XmlBinding,
  list: ListType,
  namespace: string,
  { nullable }: ElementFacets,
): Occurrence {
  const { encoded } = context.options;
  const facets = { nullable: list.itemNullable };
  const node = { node: "element", name: binding.name, namespace: binding.namespace } as const;
  const single = compileItem(context, node, list.item, namespace, facets);
  const item = encoded === true ? { ...single, matches: () => true } : single;
  const items = repeat(item, list);
  const content: ElementReader = (tokenizer) => {
    checkAllForeign(context, tokenizer);
    tokenizer.nextElement();
    const value = items.read(tokenizer);
    if (tokenizer.token !== endTag) {
      const expected = items.starts[0]?.name ?? "";
      tokenizer.fail("unexpected-element", `expected <${expected}> or the end of the list`);
    }
    return value;
  };
  const element = nullable === true ? nillable(context, content) : content;
  return elementOccurrence(
    binding.wrapper as QualifiedName,
    encoded === true ? followReferences(element) : element,
  );
}

function compileWildcard(wildcard: string): Occurrence {
  const takes = wildcardTakes(wildcard);
  return {
    matches: (tokenizer) => takes(tokenizer.namespace),
    read: (tokenizer) => {
      const text = readOpaque(tokenizer);
      tokenizer.nextElement();
      return text;
    },
    emptiable: false,
    wildcard: true,
    starts: [],
    element: false,
  };
}

interface Alternative {
  readonly name: string;
  readonly occurrence: Occurrence;
}

function compileChoice(context: ReadContext, union: UnionType, namespace: string): Occurrence {
  const alternatives = union.variants.map((variant): Alternative => {
    const binding = variantBinding(variant, namespace);
    const facets = { nullable: variant.nullable === true };
    return {
      name: variant.name,
      occurrence: compileOccurrence(context, binding, variant.type, namespace, facets),
    };
  });
  const named = alternatives.filter(({ occurrence }) => !occurrence.wildcard);
  const wild = alternatives.filter(({ occurrence }) => occurrence.wildcard);
  const find = finder([...named, ...wild]);
  return {
    matches: (tokenizer) => find(tokenizer) !== undefined,
    read: (tokenizer) => {
      const found = find(tokenizer) as Alternative;
      const value = createRecord();
      value[found.name] = found.occurrence.read(tokenizer);
      return value;
    },
    emptiable: alternatives.some(({ occurrence }) => occurrence.emptiable),
    wildcard: named.length === 0,
    starts: named.flatMap(({ occurrence }) => occurrence.starts),
    element: alternatives.every(({ occurrence }) => occurrence.element),
  };
}

/** Up to so many alternatives are tried one by one. */
const triedMax = 6;

function finder(
  alternatives: readonly Alternative[],
): (tokenizer: XmlTokenizer) => Alternative | undefined {
  const tryAll = (some: readonly Alternative[], tokenizer: XmlTokenizer) => {
    for (const one of some) if (one.occurrence.matches(tokenizer)) return one;
    return undefined;
  };
  if (alternatives.length <= triedMax) return (tokenizer) => tryAll(alternatives, tokenizer);
  const byName = new Map<string, Alternative[]>();
  for (const one of alternatives) {
    for (const { name } of one.occurrence.starts) {
      const some = byName.get(name) ?? [];
      if (!some.includes(one)) some.push(one);
      byName.set(name, some);
    }
  }
  const unnamed = alternatives.filter(({ occurrence }) => occurrence.starts.length === 0);
  return (tokenizer) =>
    tryAll(byName.get(tokenizer.name) ?? [], tokenizer) ?? tryAll(unnamed, tokenizer);
}
