/** Readers of elements by their type: text, records with their derived types, unions, maps. */
import type { QualifiedName } from "#contract/contract.ts";
import type { MapType, RecordType, Type, UnionType } from "#contract/types.ts";
import { createRecord, typeKey, type Value } from "#contract/value.ts";
import {
  clarkName,
  derivedTypes,
  elementBinding,
  fieldsOf,
  isTextual,
  itemName,
  namespaceOfType,
  resolveType,
  variantBinding,
} from "./bindings.ts";
import { readOpaque } from "./opaque.ts";
import {
  attributesOf,
  canonical,
  checkAllForeign,
  compileAttributes,
  isTrue,
  lostBesideNil,
  shown,
} from "./read-attributes.ts";
import { schemaInstanceNamespace } from "./namespace-scope.ts";
import type { ElementFacets, ElementReader, OpenValue, ReadContext } from "./read-context.ts";
import { compileXmlText, expandNames, type XmlText } from "./text-values.ts";
import { endTag, startTag, type XmlTokenizer } from "./tokenizer.ts";
import { typeXmlNames } from "./type-xml-names.ts";

export function compileElement(
  context: ReadContext,
  type: Type,
  namespace: string,
  facets: ElementFacets,
): ElementReader {
  const read = compileContent(context, type, namespace, facets);
  if (facets.nullable !== true) return read;
  const { type: resolved, named } = resolveType(context.contract, type);
  if (resolved.kind === "opaque") return nillable(context, read, read);
  const record = resolved.kind === "record" ? resolved : undefined;
  const of = namespaceOfType(named, namespace);
  return nillable(context, read, undefined, record && attributesOf(context, record, of));
}

function compileContent(
  context: ReadContext,
  type: Type,
  namespace: string,
  facets: ElementFacets,
): ElementReader {
  const { contract } = context;
  if (isTextual(contract, type)) {
    return compileTextElement(context, compileXmlText(contract, type), facets);
  }
  const { type: resolved, named } = resolveType(contract, type);
  const inner = namespaceOfType(named, namespace);
  switch (resolved.kind) {
    case "record":
      return named === undefined
        ? compileRecord(context, resolved, inner)
        : compileNamedRecord(context, named.name, resolved, inner);
    case "union":
      return compileUnionElement(context, resolved, inner);
    case "list": {
      const item = context.occurrence(elementBinding(itemName, inner), resolved, inner, {});
      return contentOnly(context, (tokenizer) => {
        tokenizer.nextElement();
        return item.read(tokenizer);
      });
    }
    case "map":
      return compileMap(context, resolved, inner);
    case "opaque":
      if (resolved.content === "xml") return readOpaque;
      return compileTextElement(context, opaqueText(resolved.content), facets);
    default:
      throw new Error(`no XML for ${resolved.kind}`);
  }
}

function opaqueText(content: "json" | "protoAny"): XmlText {
  const kind = content === "json" ? "string" : "bytes";
  return compileXmlText(
    { types: new Map() } as never,
    kind === "string" ? { kind, whitespace: "preserve" } : { kind, encoding: "base64" },
  );
}

/**
 * Takes xsi:nil for null, which has no place for attributes beside it.
 * @param readWhole reads an element that has some; absent: they are refused.
 */
export function nillable(
  context: ReadContext,
  read: ElementReader,
  readWhole?: ElementReader,
  declared: readonly QualifiedName[] = [],
): ElementReader {
  return (tokenizer) => {
    const { attributes } = tokenizer;
    if (attributes.count > 0) {
      const index = attributes.find("nil", schemaInstanceNamespace);
      if (index >= 0 && isTrue(attributes.value(index))) {
        const lost = attributes.count > 1 ? lostBesideNil(context, tokenizer, declared) : undefined;
        if (lost !== undefined) {
          if (readWhole !== undefined) return readWhole(tokenizer);
          const message = `the attribute ${lost} stands beside xsi:nil: null has no place for it`;
          tokenizer.fail("unexpected-attribute", message, `@${lost}`);
        }
        if (tokenizer.readText().trim() !== "") {
          tokenizer.failClosed("unexpected-text", "a nil element has no content");
        }
        return null;
      }
    }
    return read(tokenizer);
  };
}

function compileTextElement(
  context: ReadContext,
  text: XmlText,
  facets: ElementFacets,
): ElementReader {
  const read = compileText(text, facets);
  return (tokenizer) => {
    if (tokenizer.attributes.count > 0) checkAllForeign(context, tokenizer);
    return read(tokenizer);
  };
}

/** The text of an element, its attributes aside. */
function compileText(text: XmlText, facets: ElementFacets): ElementReader {
  const empty = facets.default ?? facets.fixed;
  const fixed = canonical(text, facets.fixed);
  if (text.verbatim && empty === undefined) return (tokenizer) => tokenizer.readText();
  return (tokenizer) => {
    const { scope } = tokenizer;
    const names = text.qualified ? { prefixes: [...scope.prefixes], uris: [...scope.uris] } : scope;
    let lexical = tokenizer.readText();
    if (lexical === "" && empty !== undefined) lexical = empty;
    const expanded = text.qualified
      ? (expandNames(lexical, (prefix) => names.uris[names.prefixes.lastIndexOf(prefix)]) ?? "")
      : lexical;
    const value = text.read(expanded);
    if (value === undefined || (fixed !== undefined && text.write(value) !== fixed)) {
      const expected = fixed === undefined ? text.expected : JSON.stringify(fixed);
      return tokenizer.failClosed("invalid-value", `expected ${expected}, found ${shown(lexical)}`);
    }
    return value;
  };
}

/** No attributes, and elements that `read` reads up to the end tag. */
function contentOnly(context: ReadContext, read: ElementReader): ElementReader {
  return (tokenizer) => {
    if (tokenizer.attributes.count > 0) checkAllForeign(context, tokenizer);
    const value = read(tokenizer);
    if (tokenizer.token !== endTag) {
      tokenizer.fail("unexpected-element", `<${tokenizer.name}> is not expected here`);
    }
    return value;
  };
}

/** Variants are told apart by an element inside, of the variant's name. */
function compileUnionElement(
  context: ReadContext,
  union: UnionType,
  namespace: string,
): ElementReader {
  const variants = union.variants.map((variant) => {
    const binding = variantBinding(variant, namespace);
    const facets = { nullable: variant.nullable === true };
    return {
      name: variant.name,
      occurrence: context.occurrence(binding, variant.type, namespace, facets),
    };
  });
  return contentOnly(context, (tokenizer) => {
    tokenizer.nextElement();
    const found =
      tokenizer.token === startTag
        ? variants.find(({ occurrence }) => occurrence.matches(tokenizer))
        : undefined;
    if (found === undefined) {
      const expected = variants.map(({ name }) => `<${name}>`).join(" or ");
      return tokenizer.token === startTag
        ? tokenizer.fail("unexpected-element", `<${tokenizer.name}>: expected ${expected}`)
        : tokenizer.failClosed("missing-element", `expected ${expected}`);
    }
    const value = createRecord();
    value[found.name] = found.occurrence.read(tokenizer);
    return value;
  });
}

function compileMap(context: ReadContext, type: MapType, namespace: string): ElementReader {
  const key = compileXmlText(context.contract, type.key);
  const nullable = type.valueNullable === true;
  const readValue = context.element(type.value, namespace, { nullable });
  return contentOnly(context, (tokenizer) => {
    const map = createRecord();
    while (tokenizer.nextElement() === startTag) {
      const { name } = tokenizer;
      if (key.read(name) === undefined) {
        tokenizer.fail("unexpected-element", `<${name}>: expected ${key.expected}`);
      }
      if (Object.hasOwn(map, name)) {
        tokenizer.fail("unexpected-element", `<${name}> stands twice`);
      }
      map[name] = readValue(tokenizer);
    }
    return map;
  });
}

function compileRecord(context: ReadContext, record: RecordType, namespace: string): ElementReader {
  const readAttributes = compileAttributes(context, record, namespace);
  const group = context.group(record, namespace);
  const text = fieldsOf(context.contract, record, namespace).find(
    ({ binding }) => binding.node === "text",
  )?.field;
  if (text !== undefined && group.isEmpty) {
    const xmlText = compileXmlText(context.contract, text.type);
    const readText = compileText(
      text.presence === "optional" ? mayBeAbsent(xmlText) : xmlText,
      text,
    );
    return (tokenizer) => {
      const value = createRecord();
      readAttributes(tokenizer, value);
      const content = readText(tokenizer);
      if (content !== absent) value[text.name] = content;
      return value;
    };
  }
  const drops = record.open === true || context.options.unknown === "drop";
  return (tokenizer) => {
    const value: OpenValue = createRecord();
    readAttributes(tokenizer, value);
    tokenizer.nextElement();
    group.read(tokenizer, value, drops);
    while (tokenizer.token !== endTag) {
      if (!drops || group.knows(tokenizer)) failSurplus(tokenizer);
      tokenizer.skipElement();
      tokenizer.nextElement();
    }
    return value;
  };
}

/** Stands for the content of an empty element whose text is optional and cannot be empty. */
const absent: Value = Object.freeze([]);

function mayBeAbsent(text: XmlText): XmlText {
  if (text.read("") !== undefined) return text;
  return { ...text, read: (lexical) => (lexical === "" ? absent : text.read(lexical)) };
}

function failSurplus(tokenizer: XmlTokenizer): never {
  const of = tokenizer.namespace === "" ? "" : ` in namespace ${tokenizer.namespace}`;
  const message = `<${tokenizer.name}>${of} is not expected here: expected the end of its parent`;
  return tokenizer.fail("unexpected-element", message);
}

/** What xsi:type says, where other types may stand in for this one. */
function compileNamedRecord(
  context: ReadContext,
  name: string,
  record: RecordType,
  namespace: string,
): ElementReader {
  const { contract } = context;
  const own = compileRecord(context, record, namespace);
  const derived = derivedTypes(contract, name);
  if (derived.length === 0 && record.abstract !== true) return own;
  const xmlNames = typeXmlNames(contract);
  const ownName = xmlNames.get(name);
  const byName = new Map(
    derived.flatMap((type) => {
      const abstract = type.type.kind === "record" && type.type.abstract === true;
      const xmlName = xmlNames.get(type.name);
      return xmlName === undefined || abstract ? [] : [[clarkName(xmlName), type.name] as const];
    }),
  );
  const readers = new Map<string, ElementReader>();
  const readerOf = (derivedName: string): ElementReader => {
    let reader = readers.get(derivedName);
    if (reader === undefined) {
      const { type, named } = resolveType(contract, { kind: "ref", name: derivedName });
      reader = compileRecord(context, type as RecordType, namespaceOfType(named, namespace));
      readers.set(derivedName, reader);
    }
    return reader;
  };
  return (tokenizer) => {
    const { attributes } = tokenizer;
    const index = attributes.count === 0 ? -1 : attributes.find("type", schemaInstanceNamespace);
    const said = index < 0 ? undefined : attributes.value(index);
    const full =
      said === undefined
        ? undefined
        : expandNames(said, (prefix) => tokenizer.resolvePrefix(prefix));
    const type = full === undefined ? undefined : byName.get(full);
    if (type !== undefined) {
      const value = readerOf(type)(tokenizer) as OpenValue;
      value[typeKey] = type;
      return value;
    }
    const isOwn = said === undefined || (ownName !== undefined && full === clarkName(ownName));
    const tolerated = context.options.encoded === true && record.abstract !== true;
    if ((!isOwn && !tolerated) || record.abstract === true) {
      const expected = [...byName.keys()].slice(0, 8).join(", ");
      const found = said === undefined ? "no xsi:type" : `xsi:type ${shown(said)}`;
      tokenizer.fail("invalid-type", `${found}: expected xsi:type to be one of ${expected}`);
    }
    return own(tokenizer);
  };
}
