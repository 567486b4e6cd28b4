/** Writers of what stands in the content of a record: elements, choices, groups, lists, any. */
import type { ListType, Type, UnionType, XmlBinding } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import {
  isNestedList,
  isTextual,
  namespaceOfType,
  resolveType,
  variantBinding,
} from "./bindings.ts";
import { defaultXmlLimits } from "./limits.ts";
import { namespaceText, wildcardTakes } from "./name-match.ts";
import { checkOpaque, type OpaqueElement } from "./opaque.ts";
import { soleKey } from "./text-values.ts";
import type { ElementName, OccurrenceWriter, WriteContext } from "./write-context.ts";
import { shownValue } from "./write-text.ts";
import type { XmlOutput } from "./xml-output.ts";

export function compileOccurrenceWriter(
  context: WriteContext,
  binding: XmlBinding,
  type: Type,
  namespace: string,
  nullable: boolean,
): OccurrenceWriter {
  const { type: resolved, named } = resolveType(context.contract, type);
  const inner = namespaceOfType(named, namespace);
  const repeated = resolved.kind === "list" && !isTextual(context.contract, resolved);
  if (repeated && binding.wrapper === undefined) {
    const { item, itemNullable } = resolved;
    const write = compileItem(context, binding, item, inner, itemNullable);
    return repeat(write, resolved, binding.name);
  }
  switch (binding.node) {
    case "any":
      return compileWildcard(binding);
    case "inline":
      if (resolved.kind === "union") return compileChoice(context, resolved, inner, binding.name);
      if (resolved.kind === "record") {
        const record = context.record(resolved, inner);
        return (output, value) => record.content(output, asRecord(output, value, binding.name));
      }
      throw new Error(`the inline field ${binding.name} is neither a union nor a record`);
    default: {
      if (repeated) return compileWrapped(context, binding, resolved, inner, nullable);
      const write = context.element(nameOf(context, binding), type, namespace, nullable);
      return (output, value) => write(output, value, "");
    }
  }
}

/** A list that is itself an item has an element of its own. */
function compileItem(
  context: WriteContext,
  binding: XmlBinding,
  type: Type,
  namespace: string,
  nullable: boolean,
): OccurrenceWriter {
  if (!isNestedList(context.contract, binding, type)) {
    return compileOccurrenceWriter(context, binding, type, namespace, nullable);
  }
  const write = context.element(nameOf(context, binding), type, namespace, nullable);
  return (output, value) => write(output, value, "");
}

export function nameOf(
  context: WriteContext,
  binding: { readonly name: string; readonly namespace: string },
): ElementName {
  const { name, namespace } = binding;
  return { tag: context.prefixes.name(binding), local: name, namespace };
}

export function asRecord(output: XmlOutput, value: Value, step: string): ValueRecord {
  if (
    typeof value !== "object" ||
    value === null ||
    Array.isArray(value) ||
    value instanceof Uint8Array
  ) {
    return output.fail(`expected a record, found ${shownValue(value)}`, step);
  }
  return value as ValueRecord;
}

function repeat(write: OccurrenceWriter, list: ListType, step: string): OccurrenceWriter {
  const { min, max = Infinity } = list;
  return (output, value) => {
    if (!Array.isArray(value)) {
      output.fail(`expected a list, found ${shownValue(value)}`, step);
    }
    const items = value as readonly Value[];
    if (items.length < min || items.length > max) {
      const most = max === Infinity ? "" : ` and at most ${max}`;
      output.fail(`expected at least ${min}${most} of them, found ${items.length}`, step);
    }
    for (let index = 0; index < items.length; index += 1) {
      output.ordinal = index + 1;
      write(output, items[index] as Value);
    }
    output.ordinal = 0;
  };
}

function compileWrapped(
  context: WriteContext,
  binding: XmlBinding,
  list: ListType,
  namespace: string,
  nullable: boolean,
): OccurrenceWriter {
  const { name, namespace: of, wrapper = binding } = binding;
  const tag = context.prefixes.name(wrapper);
  const node = { node: "element", name, namespace: of } as const;
  const item = compileItem(context, node, list.item, namespace, list.itemNullable);
  const items = repeat(item, list, name);
  return (output, value) => {
    if (value === null && nullable) {
      output.text += `<${tag} xsi:nil="true"/>`;
      return;
    }
    output.text += `<${tag}>`;
    output.enter(wrapper.name, defaultXmlLimits.depthMax);
    items(output, value);
    output.leave();
    output.text += `</${tag}>`;
  };
}

function compileWildcard(binding: XmlBinding): OccurrenceWriter {
  const takes = wildcardTakes(binding.namespace);
  return (output, value) => {
    const element = opaqueOf(output, value, binding.name);
    if (!takes(element.namespace)) {
      const found = `<${element.name}> in ${namespaceText(element.namespace)}`;
      output.fail(`expected an element in ${binding.namespace}, found ${found}`, binding.name);
    }
    output.text += element.text;
  };
}

export function opaqueOf(output: XmlOutput, value: Value, step: string): OpaqueElement {
  if (typeof value !== "string") {
    return output.fail(`expected XML as text, found ${shownValue(value)}`, step);
  }
  try {
    return checkOpaque(value, defaultXmlLimits);
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    return output.fail(`expected one XML element as text: ${why}`, step, "malformed-xml");
  }
}

function compileChoice(
  context: WriteContext,
  union: UnionType,
  namespace: string,
  step: string,
): OccurrenceWriter {
  const writers = new Map(
    union.variants.map((variant) => {
      const bound = variantBinding(variant, namespace);
      const binding = bound.name === "" ? { ...bound, name: variant.name } : bound;
      const nullable = variant.nullable === true;
      return [variant.name, context.occurrence(binding, variant.type, namespace, nullable)];
    }),
  );
  return (output, value) => {
    const name = soleKey(value);
    const write = name === undefined ? undefined : writers.get(name);
    if (write === undefined) {
      const expected = [...writers.keys()].slice(0, 8).join(", ");
      const found = name ?? shownValue(value);
      return output.fail(`expected one of ${expected} as the one key, found ${found}`, step);
    }
    write(output, (value as ValueRecord)[name as string] as Value);
  };
}
