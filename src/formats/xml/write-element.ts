/** Writers of elements by their type: text, records with their derived types, unions, maps. */
import type { QualifiedName } from "#contract/contract.ts";
import type { BytesType, MapType, RecordType, Type, UnionType } from "#contract/types.ts";
import { typeKey, type Value, type ValueRecord } from "#contract/value.ts";
import {
  derivedTypes,
  elementBinding,
  isTextual,
  itemName,
  namespaceOfType,
  resolveType,
  variantBinding,
} from "./bindings.ts";
import { isLocalName } from "./characters.ts";
import { defaultXmlLimits } from "./limits.ts";
import { namespaceText } from "./name-match.ts";
import { compileXmlText, soleKey, type XmlText } from "./text-values.ts";
import { typeXmlNames } from "./type-xml-names.ts";
import type { ElementName, ElementWriter, RecordWriter, WriteContext } from "./write-context.ts";
import { asRecord, nameOf, opaqueOf } from "./write-occurrence.ts";
import { nameWords, shownValue, takenBytes, textOf } from "./write-text.ts";
import type { XmlOutput } from "./xml-output.ts";

const { depthMax } = defaultXmlLimits;

export function compileElementWriter(
  context: WriteContext,
  name: ElementName,
  type: Type,
  namespace: string,
  nullable: boolean,
): ElementWriter {
  const write = compileContentWriter(context, name, type, namespace);
  const { tag, local } = name;
  return (output, value, declarations) => {
    if (value !== null) write(output, value, declarations);
    else if (nullable) output.text += `<${tag}${declarations} xsi:nil="true"/>`;
    else output.fail("null is not allowed: expected a value", local);
  };
}

function compileContentWriter(
  context: WriteContext,
  name: ElementName,
  type: Type,
  namespace: string,
): ElementWriter {
  const { contract } = context;
  const { type: resolved, named } = resolveType(contract, type);
  if (isTextual(contract, type)) {
    const write = compileTextElement(name, compileXmlText(contract, type));
    return resolved.kind === "bytes" ? bytesElement(name, resolved, write) : write;
  }
  const inner = namespaceOfType(named, namespace);
  switch (resolved.kind) {
    case "record":
      return named === undefined
        ? recordElement(name, () => context.record(resolved, inner), "")
        : compileNamedRecord(context, name, named.name, resolved, inner);
    case "union":
      return compileUnionElement(context, name, resolved, inner);
    case "list": {
      const write = context.occurrence(elementBinding(itemName, inner), resolved, inner, false);
      return around(name, (output, value) => write(output, value));
    }
    case "map":
      return compileMap(context, name, resolved, inner);
    case "opaque":
      return resolved.content === "xml"
        ? opaqueElement(name)
        : compileTextElement(name, opaqueText(context, resolved.content));
    default:
      throw new Error(`no XML for ${resolved.kind}`);
  }
}

function opaqueText(context: WriteContext, content: "json" | "protoAny"): XmlText {
  return compileXmlText(
    context.contract,
    content === "json"
      ? { kind: "string", whitespace: "preserve" }
      : { kind: "bytes", encoding: "base64" },
  );
}

function compileTextElement({ tag, local }: ElementName, text: XmlText): ElementWriter {
  const open = `<${tag}>`;
  const close = `</${tag}>`;
  return (output, value, declarations) => {
    const lexical = textOf(output, text, value, local);
    if (text.qualified) {
      const words = nameWords(output, lexical);
      const content = output.escape(words.text, local);
      output.text += `<${tag}${declarations}${words.declarations}>${content}${close}`;
      return;
    }
    const content = text.plain ? lexical : output.escape(lexical, local);
    output.text +=
      declarations === "" ? open + content + close : `<${tag}${declarations}>${content}${close}`;
  };
}

/** Bytes that somebody may want to carry elsewhere. */
function bytesElement({ tag }: ElementName, type: BytesType, write: ElementWriter): ElementWriter {
  return (output, value, declarations) => {
    const taken = takenBytes(output, value, type);
    if (taken === undefined) write(output, value, declarations);
    else output.text += `<${tag}${declarations}>${taken}</${tag}>`;
  };
}

/** An element without attributes round what `write` writes. */
function around(
  { tag, local }: ElementName,
  write: (output: XmlOutput, value: Value) => void,
): ElementWriter {
  return (output, value, declarations) => {
    output.text += `<${tag}${declarations}>`;
    output.enter(local, depthMax);
    write(output, value);
    output.leave();
    output.text += `</${tag}>`;
  };
}

/** The text is the whole element, its own start tag included. */
function opaqueElement({ local, namespace }: ElementName): ElementWriter {
  return (output, value) => {
    const element = opaqueOf(output, value, local);
    if (element.name !== local || element.namespace !== namespace) {
      const expected = `expected <${local}> in ${namespaceText(namespace)}`;
      const found = `<${element.name}> in ${namespaceText(element.namespace)}`;
      output.fail(`${expected}, found ${found}`, local);
    }
    output.text += element.text;
  };
}

function recordElement(
  { tag, local }: ElementName,
  compile: () => RecordWriter,
  type: string,
): ElementWriter {
  let compiled: RecordWriter | undefined;
  const close = `</${tag}>`;
  return (output, value, declarations) => {
    compiled ??= compile();
    const record = asRecord(output, value, local);
    output.text += `<${tag}${declarations}${type}`;
    output.enter(local, depthMax);
    compiled.attributes(output, record);
    if (compiled.hasContent) {
      output.text += ">";
      compiled.content(output, record);
      output.text += close;
    } else output.text += "/>";
    output.leave();
  };
}

function compileNamedRecord(
  context: WriteContext,
  name: ElementName,
  typeName: string,
  record: RecordType,
  namespace: string,
): ElementWriter {
  const { contract } = context;
  const own = recordElement(name, () => context.record(record, namespace), "");
  const writers = new Map<string, ElementWriter>();
  const xmlNames = typeXmlNames(contract);
  for (const { name: derived } of derivedTypes(contract, typeName)) {
    const { type, named } = resolveType(contract, { kind: "ref", name: derived });
    if (type.kind !== "record" || type.abstract === true) continue;
    const said = ` xsi:type="${context.prefixes.name(xmlNames.get(derived) as QualifiedName)}"`;
    const inner = namespaceOfType(named, namespace);
    writers.set(
      derived,
      recordElement(name, () => context.record(type, inner), said),
    );
  }
  return (output, value, declarations) => {
    const said = asRecord(output, value, name.local)[typeKey];
    if (said === undefined || said === typeName) {
      if (record.abstract !== true) return own(output, value, declarations);
    } else if (typeof said === "string") {
      const write = writers.get(said);
      if (write !== undefined) return write(output, value, declarations);
    }
    const expected = [...writers.keys()].slice(0, 8).join(", ") || typeName;
    const message = `${typeKey} is ${shownValue(said)}: expected one of ${expected}`;
    return output.fail(message, name.local, "invalid-type");
  };
}

function compileUnionElement(
  context: WriteContext,
  name: ElementName,
  union: UnionType,
  namespace: string,
): ElementWriter {
  const writers = new Map(
    union.variants.map((variant) => {
      const binding = variantBinding(variant, namespace);
      const nullable = variant.nullable === true;
      return [variant.name, context.occurrence(binding, variant.type, namespace, nullable)];
    }),
  );
  return around(name, (output, value) => {
    const key = soleKey(value);
    const write = key === undefined ? undefined : writers.get(key);
    if (write === undefined) {
      const expected = [...writers.keys()].join(", ");
      return output.fail(`expected one of ${expected}, found ${key ?? shownValue(value)}`);
    }
    write(output, (value as ValueRecord)[key as string] as Value);
  });
}

/** Keys are the names of elements. */
function compileMap(
  context: WriteContext,
  name: ElementName,
  map: MapType,
  namespace: string,
): ElementWriter {
  const key = compileXmlText(context.contract, map.key);
  const nullable = map.valueNullable === true;
  return around(name, (output, value) => {
    const entries = asRecord(output, value, name.local);
    for (const entry of Object.keys(entries)) {
      if (!isLocalName(entry) || key.read(entry) === undefined) {
        output.fail(`the key ${shownValue(entry)} is no name of an element`, name.local);
      }
      const element = nameOf(context, { name: entry, namespace });
      const write = context.element(element, map.value, namespace, nullable);
      write(output, entries[entry] as Value, "");
    }
  });
}
