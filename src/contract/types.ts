/**
 * The types of the canonical contract model: what every dialect can be read into and written from.
 * Plain data, frozen in meaning: adding a kind means teaching every codec of it.
 */
import type { SourcePlace } from "#base/diagnostic.ts";

/** Key in `Contract.types`. */
export type TypeName = string;

export type Type =
  ScalarType | EnumType | RecordType | UnionType | ListType | MapType | OpaqueType | RefType;

export type ScalarType =
  | { readonly kind: "bool" }
  | IntType
  | DecimalType
  | { readonly kind: "float"; readonly bits: 32 | 64 }
  | StringType
  | BytesType
  | { readonly kind: "date"; readonly zone: Zone }
  | { readonly kind: "time"; readonly zone: Zone }
  | { readonly kind: "dateTime"; readonly zone: Zone }
  /** seconds: a fixed length of time; calendar: may hold years and months (xs:duration). */
  | { readonly kind: "duration"; readonly style: "seconds" | "calendar" }
  | { readonly kind: "uri" }
  | { readonly kind: "qname" }
  | { readonly kind: "uuid" };

export type Zone = "required" | "optional" | "none";

/** Up to 32 bits the value is a number, beyond it is its decimal digits as a string. */
export interface IntType {
  readonly kind: "int";
  readonly bits: 8 | 16 | 32 | 64 | "big";
  readonly signed: boolean;
  /** Decimal digits; both inclusive. */
  readonly minimum?: string;
  readonly maximum?: string;
  /** How JSON spells those beyond 32 bits; absent: as the codec's option says. */
  readonly spelling?: "string" | "number";
  /** How Protocol Buffers spell it; absent: as a varint of the number itself. */
  readonly protoEncoding?: "zigzag" | "fixed";
}

/** The value is its lexical form, never a binary fraction. */
export interface DecimalType {
  readonly kind: "decimal";
  /** Digits in all, and behind the point; absent: any number. */
  readonly digits?: number;
  readonly scale?: number;
  readonly minimum?: string;
  readonly maximum?: string;
  readonly minimumExcluded?: boolean;
  readonly maximumExcluded?: boolean;
  /** How JSON spells it; absent: as the codec's option says. */
  readonly spelling?: "string" | "number";
}

export interface StringType {
  readonly kind: "string";
  /** In Unicode code points. */
  readonly lengthMin?: number;
  readonly lengthMax?: number;
  /** As written in the source; `patternDialect` says how to read it. */
  readonly pattern?: string;
  readonly patternDialect?: "xsd" | "ecma";
  /** Further patterns, each of which must match as well. */
  readonly patternsAlso?: readonly string[];
  /** XSD Part 2 §4.3.6; "preserve" where the source knows no such thing. */
  readonly whitespace: "preserve" | "replace" | "collapse";
  /** An annotation only, for example `email`. */
  readonly format?: string;
}

export interface BytesType {
  readonly kind: "bytes";
  readonly mediaType?: string;
  /** How text dialects spell it. */
  readonly encoding: "base64" | "hex";
  readonly lengthMin?: number;
  readonly lengthMax?: number;
}

export interface EnumType {
  readonly kind: "enum";
  /** Values at run time; `number` where a binary dialect numbers them. */
  readonly values: readonly { readonly value: string; readonly number?: number }[];
  /** Open: other values pass as they are. */
  readonly open: boolean;
  /** How JSON spells the values: as strings, or as the numbers that they are. */
  readonly spelling: "string" | "number";
}

export interface RecordType {
  readonly kind: "record";
  /** In the order in which ordered dialects emit them. Inherited fields are not repeated. */
  readonly fields: readonly Field[];
  readonly extends?: TypeName;
  /**
   * Derived from that type by leaving out or narrowing: may stand in its place (xsi:type), but
   * its fields are complete here. Never together with `extends`.
   */
  readonly restricts?: TypeName;
  readonly abstract?: boolean;
  /** Whether unknown members may occur; they are kept, dropped or rejected by policy. */
  readonly open?: boolean;
  /** sequence: elements in the order of the fields; all: in any order (xs:all, and JSON's XML). */
  readonly xmlOrder?: "sequence" | "all";
}

/**
 * One of several. The value is a one-key object: the name of the variant, and its value. JSON
 * spells it so too, unless it is plain: then the value of the variant stands there alone (oneOf,
 * anyOf) and is told apart by its tag in `discriminator`, which may also be a field of the
 * variants, or else by its shape, of which the first that fits is taken.
 */
export interface UnionType {
  readonly kind: "union";
  readonly plain?: boolean;
  /** Exactly one holds (oneOf, xs:choice), or at least one (anyOf), of which the first is taken. */
  readonly exclusive: boolean;
  readonly variants: readonly Variant[];
  readonly discriminator?: { readonly property: string };
}

export interface Variant {
  readonly name: string;
  readonly type: Type;
  /** Whether the variant may stand there with an explicit null (xsi:nil). */
  readonly nullable?: boolean;
  /** Value of the discriminator, where there is one. */
  readonly tag?: string;
  readonly xml?: XmlBinding;
  readonly protoNumber?: number;
  readonly protoGroup?: true;
}

export interface ListType {
  readonly kind: "list";
  readonly item: Type;
  readonly itemNullable: boolean;
  readonly min: number;
  /** Absent: unbounded. */
  readonly max?: number;
  /** Items stand in one text, separated by spaces (xs:list). */
  readonly xmlText?: boolean;
}

export interface MapType {
  readonly kind: "map";
  readonly key: ScalarType | EnumType;
  readonly value: Type;
  readonly valueNullable?: boolean;
}

/** Carried, not understood: XML as its text, JSON as its text, a protobuf Any as its bytes. */
export interface OpaqueType {
  readonly kind: "opaque";
  readonly content: "xml" | "json" | "protoAny";
}

/** A type of the contract by its name; recursion goes through these. */
export interface RefType {
  readonly kind: "ref";
  readonly name: TypeName;
}

export interface Field {
  /** Key in the record at run time, and in JSON unless `jsonName` says otherwise. */
  readonly name: string;
  readonly type: Type;
  /** implicit: always there, with its zero value when not sent (proto3). */
  readonly presence: "required" | "optional" | "implicit";
  /** Whether an explicit null (xsi:nil, JSON null) is a value of its own. */
  readonly nullable: boolean;
  /** Lexical forms. */
  readonly default?: string;
  readonly fixed?: string;
  readonly jsonName?: string;
  readonly xml?: XmlBinding;
  readonly protoNumber?: number;
  /** A message between two tags (a group, features.message_encoding: DELIMITED). */
  readonly protoGroup?: true;
  /** Masked wherever bodies are kept or shown. */
  readonly sensitive?: boolean;
  readonly documentation?: string;
  readonly origin?: SourcePlace;
}

/**
 * How a field, or a variant, stands in XML. Absent: an element of the field's name in the
 * namespace of the enclosing type.
 * - element, attribute: under `name` in `namespace` ("" is none)
 * - text: the content of the enclosing element (simpleContent)
 * - inline: no node of its own: the variants of a choice, the items of a repeated group, stand
 *   right in the enclosing element
 * - any, anyAttribute: whatever else is there, as opaque XML; `namespace` is the wildcard's:
 *   "##any", or namespaces separated by spaces, "##local" for none, or "##other URI" for all others
 */
export interface XmlBinding {
  readonly node: "element" | "attribute" | "text" | "inline" | "any" | "anyAttribute";
  readonly name: string;
  readonly namespace: string;
  /** For lists: the element round all items (OpenAPI `xml.wrapped`). */
  readonly wrapper?: { readonly name: string; readonly namespace: string };
  readonly prefix?: string;
}

export interface NamedType {
  readonly name: TypeName;
  readonly type: Type;
  /** The XML Schema name, for xsi:type and for describing. */
  readonly xmlName?: { readonly name: string; readonly namespace: string };
  readonly documentation?: string;
  readonly origin?: SourcePlace;
}
