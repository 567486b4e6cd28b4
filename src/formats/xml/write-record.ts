/** Writers of records: attributes, and content in the order of the schema. */
import type { Field, RecordType, Type } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import { clarkName, fieldsOf, resolveType, type PlacedField } from "./bindings.ts";
import { defaultXmlLimits } from "./limits.ts";
import { namespaceText, wildcardTakes } from "./name-match.ts";
import { checkOpaqueAttributes, type OpaqueAttribute } from "./opaque.ts";
import { canonical } from "./read-attributes.ts";
import { schemaInstanceNamespace, xmlNamespace } from "./namespace-scope.ts";
import { compileXmlText, type XmlText } from "./text-values.ts";
import type { RecordWriter, WriteContext } from "./write-context.ts";
import { nameWords, takenBytes, textOf } from "./write-text.ts";
import type { XmlOutput } from "./xml-output.ts";

type FieldWriter = (output: XmlOutput, record: ValueRecord) => void;

export function compileRecordWriter(
  context: WriteContext,
  record: RecordType,
  namespace: string,
): RecordWriter {
  const placed = fieldsOf(context.contract, record, namespace);
  const attributes: FieldWriter[] = [];
  const content: FieldWriter[] = [];
  for (const one of placed) {
    if (one.binding.node === "attribute") attributes.push(attributeWriter(context, one));
    else if (one.binding.node === "anyAttribute") attributes.push(anyAttributeWriter(one, placed));
    else if (one.binding.node === "text") content.push(textWriter(context, one));
    else content.push(fieldWriter(context, one));
  }
  return {
    attributes: inTurn(attributes),
    content: inTurn(content),
    hasContent: content.length > 0,
  };
}

function inTurn(writers: readonly FieldWriter[]): FieldWriter {
  return (output, record) => {
    for (const write of writers) write(output, record);
  };
}

function fieldWriter(
  context: WriteContext,
  { field, binding, namespace }: PlacedField,
): FieldWriter {
  const { name } = field;
  const step = stepOf(binding.node, binding.name, name);
  const named = { ...binding, name: step };
  const write = context.occurrence(named, field.type, namespace, field.nullable);
  const stand = standIn(context, field);
  const needed = field.presence === "required" && !mayBeNothing(context, field.type);
  const fixed = compileFixed(context, field);
  return (output, record) => {
    const value = record[name] ?? (record[name] === undefined ? stand : null);
    if (value === undefined) {
      if (needed) output.fail("a value is missing: expected one", step, "missing-element");
    } else {
      if (fixed !== undefined && value !== null) fixed(output, value, step);
      write(output, value);
    }
  };
}

function stepOf(node: string, name: string, fieldName: string): string {
  return node === "inline" || node === "any" ? fieldName : name;
}

/** What is written for an absent field: the one value that it can have. */
function standIn(context: WriteContext, field: Field): Value | undefined {
  if (field.presence === "optional" || field.fixed === undefined) return undefined;
  const { type } = resolveType(context.contract, field.type);
  return isText(type) ? compileXmlText(context.contract, type).read(field.fixed) : undefined;
}

function isText({ kind }: Type): boolean {
  return !["record", "union", "list", "map", "opaque", "ref"].includes(kind);
}

function compileFixed(
  context: WriteContext,
  field: Field,
): ((output: XmlOutput, value: Value, step: string) => void) | undefined {
  const { type } = resolveType(context.contract, field.type);
  if (field.fixed === undefined || !isText(type)) return undefined;
  const text = compileXmlText(context.contract, type);
  const fixed = canonical(text, field.fixed);
  return (output, value, step) => {
    const found = text.write(value);
    if (found === fixed) return;
    output.fail(`expected ${JSON.stringify(fixed)}, found ${JSON.stringify(found)}`, step);
  };
}

/** A group of nothing but optional fields, or a list that may be empty, may be left out. */
function mayBeNothing(context: WriteContext, type: Type): boolean {
  const resolved = resolveType(context.contract, type).type;
  return resolved.kind === "list" && resolved.min === 0 && resolved.xmlText !== true;
}

function attributeWriter(context: WriteContext, { field, binding }: PlacedField): FieldWriter {
  const text = compileXmlText(context.contract, field.type);
  const open = ` ${context.prefixes.name(binding)}="`;
  const step = `@${binding.name}`;
  const fixed = compileFixed(context, field);
  const stand = standIn(context, field);
  const { name, presence } = field;
  return (output, record) => {
    const value = record[name] === undefined ? stand : record[name];
    if (value === undefined) {
      if (presence === "required" && field.default === undefined) {
        output.fail("a value is missing: expected one", step, "missing-attribute");
      }
      return;
    }
    fixed?.(output, value, step);
    const lexical = textOf(output, text, value, step);
    if (text.qualified) {
      const words = nameWords(output, lexical);
      output.text += `${words.declarations}${open}${output.escapeValue(words.text, step)}"`;
    } else {
      output.text += `${open}${text.plain ? lexical : output.escapeValue(lexical, step)}"`;
    }
  };
}

function textWriter(context: WriteContext, { field }: PlacedField): FieldWriter {
  const text: XmlText = compileXmlText(context.contract, field.type);
  const { type: resolved } = resolveType(context.contract, field.type);
  const { name } = field;
  const fixed = compileFixed(context, field);
  const stand = standIn(context, field);
  return (output, record) => {
    const value = record[name] === undefined ? stand : record[name];
    if (value === undefined) {
      if (field.presence === "required") {
        output.fail("a value is missing: expected one", name, "missing-element");
      }
      return;
    }
    fixed?.(output, value, name);
    const taken = resolved.kind === "bytes" ? takenBytes(output, value, resolved) : undefined;
    if (taken !== undefined) {
      output.text += taken;
      return;
    }
    const lexical = textOf(output, text, value, name);
    if (text.qualified) {
      const words = nameWords(output, lexical);
      output.text = `${output.text.slice(0, -1)}${words.declarations}>${words.text}`;
    } else output.text += text.plain ? lexical : output.escape(lexical, name);
  };
}

/** Each under a prefix that is declared right there; none that the wildcard does not take. */
function anyAttributeWriter(
  { field, binding: wildcard }: PlacedField,
  placed: readonly PlacedField[],
): FieldWriter {
  const { name } = field;
  const step = `@${name}`;
  const takes = wildcardTakes(wildcard.namespace);
  const declared = placed
    .filter(({ binding }) => binding.node === "attribute")
    .map(({ binding }) => clarkName(binding));
  return (output, record) => {
    const value = record[name];
    if (value === undefined) return;
    const texts = Array.isArray(value) ? (value as readonly Value[]) : [value];
    const there = new Set(declared);
    let count = 0;
    for (const text of texts) {
      if (typeof text !== "string") return output.fail("expected attributes as text", step);
      for (const attribute of attributesOf(output, text, step)) {
        const { name: found, namespace } = attribute;
        if (!takes(namespace)) {
          const message = `expected attributes in ${wildcard.namespace}, found ${found}`;
          output.fail(`${message} in ${namespaceText(namespace)}`, step);
        }
        if (there.has(clarkName(attribute))) {
          output.fail(`the attribute ${found} has a place of its own, or stands twice`, step);
        }
        there.add(clarkName(attribute));
        count += 1;
        output.text += attributeText(output, attribute, count, step);
      }
    }
  };
}

function attributesOf(output: XmlOutput, text: string, step: string): readonly OpaqueAttribute[] {
  try {
    return checkOpaqueAttributes(text, defaultXmlLimits);
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    return output.fail(`expected attributes as text: ${why}`, step, "malformed-xml");
  }
}

function attributeText(
  output: XmlOutput,
  { name, namespace, value }: OpaqueAttribute,
  count: number,
  step: string,
): string {
  const quoted = `="${output.escapeValue(value, step)}"`;
  if (namespace === schemaInstanceNamespace) {
    output.fail(`xsi:${name} is none of the attributes that may stand here`, step);
  }
  if (namespace === "") return ` ${name}${quoted}`;
  if (namespace === xmlNamespace) return ` xml:${name}${quoted}`;
  return ` xmlns:a${count}="${output.escapeValue(namespace, step)}" a${count}:${name}${quoted}`;
}
