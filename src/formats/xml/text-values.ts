/** Values that are spelled in text alone: scalars, xs:list, xs:union, qualified names. */
import type { Contract } from "#contract/contract.ts";
import { compileScalarText, type ScalarText } from "#contract/check-scalar.ts";
import type { EnumType, ListType, ScalarType, Type, UnionType } from "#contract/types.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { resolveType } from "./bindings.ts";

export interface XmlText extends ScalarText {
  /** What `write` gives needs no escaping. */
  readonly plain: boolean;
  /** Words are qualified names: prefixes become namespaces before `read`, and back. */
  readonly qualified: boolean;
  /** Takes text as it is: no facet, no check. */
  readonly verbatim: boolean;
}

/** For types of which isTextual holds. */
export function compileXmlText(contract: Contract, type: Type): XmlText {
  const resolved = resolveType(contract, type).type;
  if (resolved.kind === "list") return compileList(contract, resolved);
  if (resolved.kind === "union") return compileUnion(contract, resolved);
  return compileScalar(resolved as ScalarType | EnumType);
}

function compileScalar(type: ScalarType | EnumType): XmlText {
  const scalar = compileScalarText(type);
  const { kind } = type;
  const free = kind === "string" || kind === "enum" || kind === "uri" || kind === "qname";
  const verbatim =
    kind === "string" &&
    type.whitespace === "preserve" &&
    type.pattern === undefined &&
    type.patternsAlso === undefined &&
    type.lengthMin === undefined &&
    type.lengthMax === undefined;
  return {
    expected: scalar.expected,
    read: kind === "string" ? scalar.read : forgiveSpace(scalar.read, kind === "bytes"),
    write: scalar.write,
    plain: !free,
    qualified: kind === "qname",
    verbatim,
  };
}

/** All but strings have the facet whitespace collapse; base64 may even hold it (XSD §3.2.16). */
function forgiveSpace(
  read: (text: string) => Value | undefined,
  inside: boolean,
): (text: string) => Value | undefined {
  return (text) => {
    const value = read(text);
    if (value !== undefined || !/[ \t\n\r]/.test(text)) return value;
    return read(inside ? text.replace(/[ \t\n\r]+/g, "") : trimSpace(text));
  };
}

function trimSpace(text: string): string {
  return text.replace(/^[ \t\n\r]+/, "").replace(/(?<![ \t\n\r])[ \t\n\r]+$/, "");
}

function compileList(contract: Contract, type: ListType): XmlText {
  const item = compileXmlText(contract, type.item);
  const { min, max = Infinity } = type;
  return {
    expected: `a list of ${item.expected}, separated by spaces`,
    plain: item.plain,
    qualified: item.qualified,
    verbatim: false,
    read: (text) => {
      const words = text.split(/[ \t\n\r]+/).filter((word) => word !== "");
      if (words.length < min || words.length > max) return undefined;
      const items: Value[] = [];
      for (const word of words) {
        const value = item.read(word);
        if (value === undefined) return undefined;
        items.push(value);
      }
      return items;
    },
    write: (value) => {
      if (!Array.isArray(value) || value.length < min || value.length > max) return undefined;
      const words: string[] = [];
      for (const one of value as readonly Value[]) {
        const word = item.write(one);
        if (word === undefined || word === "" || /[ \t\n\r]/.test(word)) return undefined;
        words.push(word);
      }
      return words.join(" ");
    },
  };
}

/** The first variant that takes the text. */
function compileUnion(contract: Contract, type: UnionType): XmlText {
  const variants = type.variants.map((variant) => ({
    name: variant.name,
    text: compileXmlText(contract, variant.type),
  }));
  return {
    expected: variants.map(({ text }) => text.expected).join(" or "),
    plain: variants.every(({ text }) => text.plain),
    qualified: false,
    verbatim: false,
    read: (text) => {
      for (const variant of variants) {
        const value = variant.text.read(text);
        if (value !== undefined) {
          const union = createRecord();
          union[variant.name] = value;
          return union;
        }
      }
      return undefined;
    },
    write: (value) => {
      const name = soleKey(value);
      const variant = variants.find((one) => one.name === name);
      return variant?.text.write((value as ValueRecord)[variant.name] as Value);
    },
  };
}

/** The one key of a union's value; undefined when it is none. */
export function soleKey(value: Value | undefined): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value) || value instanceof Uint8Array) return undefined;
  let sole: string | undefined;
  for (const key in value as ValueRecord) {
    if (sole !== undefined) return undefined;
    sole = key;
  }
  return sole;
}

/** `p:name` to `{namespace}name`, word by word; undefined when a prefix is unknown. */
export function expandNames(
  text: string,
  lookUpPrefix: (prefix: string) => string | undefined,
): string | undefined {
  const words: string[] = [];
  for (const word of text.split(/[ \t\n\r]+/)) {
    if (word === "") continue;
    const colon = word.indexOf(":");
    const namespace = lookUpPrefix(colon < 0 ? "" : word.slice(0, colon));
    if (namespace === undefined) return undefined;
    words.push(namespace === "" ? word : `{${namespace}}${word.slice(colon + 1)}`);
  }
  return words.join(" ");
}
