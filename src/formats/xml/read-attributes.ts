/** The attributes of a record's start tag, and those that may stand on any element. */
import type { QualifiedName } from "#contract/contract.ts";
import type { RecordType } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { fieldsOf, resolveType, type PlacedField } from "./bindings.ts";
import { namespaceText, wildcardTakes } from "./name-match.ts";
import { schemaInstanceNamespace } from "./namespace-scope.ts";
import type { OpenValue, ReadContext } from "./read-context.ts";
import { compileXmlText, expandNames, type XmlText } from "./text-values.ts";
import type { XmlTokenizer } from "./tokenizer.ts";

interface AttributeField {
  readonly placed: PlacedField;
  readonly text: XmlText;
  readonly fixed: string | undefined;
  /** What an absent attribute counts as. */
  readonly absent: Value | undefined;
}

export type AttributesReader = (tokenizer: XmlTokenizer, record: OpenValue) => void;

export function compileAttributes(
  context: ReadContext,
  record: RecordType,
  namespace: string,
): AttributesReader {
  const all = fieldsOf(context.contract, record, namespace);
  const fields = all
    .filter(({ binding }) => binding.node === "attribute")
    .map((placed) => compileField(context, placed));
  const wildcard = all.find(({ binding }) => binding.node === "anyAttribute");
  const takeOther = compileOthers(context, wildcard, record.open === true);
  return (tokenizer, target) => {
    const { attributes } = tokenizer;
    let found = 0;
    for (const field of fields) {
      const { binding, field: declared } = field.placed;
      const index = attributes.count === 0 ? -1 : attributes.find(binding.name, binding.namespace);
      if (index >= 0) {
        found += 1;
        target[declared.name] = readValue(tokenizer, field, attributes.value(index));
      } else if (field.absent !== undefined) target[declared.name] = field.absent;
      else if (declared.presence === "required") {
        tokenizer.fail(
          "missing-attribute",
          `the attribute ${binding.name} is missing: expected ${field.text.expected}`,
          `@${binding.name}`,
        );
      }
    }
    if (found < attributes.count) {
      for (let index = 0; index < attributes.count; index += 1) {
        const name = attributes.name(index);
        const of = attributes.namespace(index);
        const known = fields.some(
          ({ placed: { binding } }) => binding.name === name && binding.namespace === of,
        );
        if (!known) takeOther(tokenizer, target, index);
      }
    }
  };
}

function compileField(context: ReadContext, placed: PlacedField): AttributeField {
  const { field } = placed;
  const text = compileXmlText(context.contract, field.type);
  const lexical = field.default ?? field.fixed;
  const absent = lexical === undefined ? undefined : text.read(lexical);
  return { placed, text, fixed: canonical(text, field.fixed), absent };
}

/** The spelling by which values are compared. */
export function canonical(text: XmlText, lexical: string | undefined): string | undefined {
  if (lexical === undefined) return undefined;
  const value = text.read(lexical);
  return value === undefined ? lexical : (text.write(value) ?? lexical);
}

function readValue(tokenizer: XmlTokenizer, field: AttributeField, lexical: string): Value {
  const { text, fixed } = field;
  const expanded = text.qualified
    ? (expandNames(lexical, (prefix) => tokenizer.resolvePrefix(prefix)) ?? "")
    : lexical;
  const value = text.read(expanded);
  if (value === undefined || (fixed !== undefined && text.write(value) !== fixed)) {
    const expected = fixed === undefined ? text.expected : JSON.stringify(fixed);
    tokenizer.fail(
      "invalid-value",
      `expected ${expected}, found ${shown(lexical)}`,
      `@${field.placed.binding.name}`,
    );
  }
  return value;
}

/** A value for messages. */
export function shown(text: string): string {
  const max = 60;
  return JSON.stringify(text.length > max ? `${text.slice(0, max)}...` : text);
}

type OtherReader = (tokenizer: XmlTokenizer, record: OpenValue, index: number) => void;

function compileOthers(
  context: ReadContext,
  wildcard: PlacedField | undefined,
  open: boolean,
): OtherReader {
  if (wildcard === undefined) {
    return (tokenizer, _record, index) => checkForeign(context, tokenizer, index, open);
  }
  const { field, binding } = wildcard;
  const list = resolveType(context.contract, field.type).type.kind === "list";
  const takes = wildcardTakes(binding.namespace);
  return (tokenizer, record, index) => {
    const namespace = tokenizer.attributes.namespace(index);
    if (isEverywhere(context, namespace) || !takes(namespace)) {
      checkForeign(context, tokenizer, index, open);
      return;
    }
    const text = attributeText(tokenizer, index);
    const earlier = record[field.name];
    if (list) (record[field.name] = (earlier ?? []) as Value[]).push(text);
    else record[field.name] = earlier === undefined ? text : `${earlier as string} ${text}`;
  };
}

/** With a prefix of its own number, so that several can stand in one tag. */
function attributeText({ attributes }: XmlTokenizer, index: number): string {
  const name = attributes.name(index);
  const namespace = attributes.namespace(index);
  const value = escapeValue(attributes.value(index));
  if (namespace === "") return `${name}="${value}"`;
  if (namespace === "http://www.w3.org/XML/1998/namespace") return `xml:${name}="${value}"`;
  return `xmlns:a${index}="${escapeValue(namespace)}" a${index}:${name}="${value}"`;
}

function escapeValue(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/"/g, "&quot;")
    .replace(/[\t\n\r]/g, (space) => `&#${space.charCodeAt(0)};`);
}

function isEverywhere(context: ReadContext, namespace: string): boolean {
  return namespace === schemaInstanceNamespace || context.attributesIgnored.has(namespace);
}

/** Attributes that no field takes: some may stand anywhere, all others are unknown. */
function checkForeign(
  context: ReadContext,
  tokenizer: XmlTokenizer,
  index: number,
  open = false,
): void {
  const { attributes } = tokenizer;
  const namespace = attributes.namespace(index);
  const name = attributes.name(index);
  if (namespace === schemaInstanceNamespace) {
    if (name === "nil" && isTrue(attributes.value(index))) {
      tokenizer.fail("unexpected-nil", `<${tokenizer.name}> may not be nil: expected a value`);
    }
    return;
  }
  if (isEverywhere(context, namespace)) return;
  if (open || context.options.unknown === "drop") return;
  if (context.options.encoded === true && isOfEncoding(name, namespace)) return;
  const of = namespace === "" ? "" : ` in ${namespaceText(namespace)}`;
  tokenizer.fail("unexpected-attribute", `the attribute ${name}${of} is not known`, `@${name}`);
}

/** What SOAP encoding puts on elements: ids, types of arrays, its own name. */
function isOfEncoding(name: string, namespace: string): boolean {
  if (namespace === "") return name === "id";
  return encodingNamespaces.includes(namespace);
}

const encodingNamespaces: readonly string[] = [
  "http://schemas.xmlsoap.org/soap/encoding/",
  "http://schemas.xmlsoap.org/soap/envelope/",
  "http://www.w3.org/2003/05/soap-encoding",
  "http://www.w3.org/2003/05/soap-envelope",
];

export function isTrue(text: string): boolean {
  const value = text.trim();
  return value === "true" || value === "1";
}

/** For elements whose type has no attributes. */
export function checkAllForeign(context: ReadContext, tokenizer: XmlTokenizer): void {
  const { count } = tokenizer.attributes;
  for (let index = 0; index < count; index += 1) checkForeign(context, tokenizer, index);
}

export function attributesOf(
  { contract }: ReadContext,
  record: RecordType,
  namespace: string,
): readonly QualifiedName[] {
  return fieldsOf(contract, record, namespace)
    .filter(({ binding }) => binding.node === "attribute")
    .map(({ binding }) => binding);
}

/** The name of an attribute on a nil element that says something; undefined: none does. */
export function lostBesideNil(
  context: ReadContext,
  { attributes }: XmlTokenizer,
  declared: readonly QualifiedName[],
): string | undefined {
  const { encoded, unknown } = context.options;
  for (let index = 0; index < attributes.count; index += 1) {
    const name = attributes.name(index);
    const namespace = attributes.namespace(index);
    if (isEverywhere(context, namespace)) continue;
    const isKnown = declared.some((one) => one.name === name && one.namespace === namespace);
    if (isKnown || (unknown === "reject" && encoded !== true)) return name;
  }
  return undefined;
}
