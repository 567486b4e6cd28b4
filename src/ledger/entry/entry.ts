/** Entries as values: what the decoder gives and the general encoder takes. */
import type { fields, FieldName } from "./fields.ts";
import type { Kind, kinds } from "./kinds.ts";

type Fields = typeof fields;

/** Octets are lower-case hexadecimal digits. */
type ValueOf<Name extends FieldName> = Fields[Name] extends { type: "uint" }
  ? number
  : Fields[Name] extends { type: "flag" }
    ? true
    : Fields[Name] extends { type: "choice"; names: readonly (infer Choice)[] }
      ? Choice
      : Fields[Name] extends { type: "ids" | "texts" }
        ? readonly string[]
        : Fields[Name] extends { type: "keys" }
          ? readonly number[]
          : string;

type RequiredOf<K extends Kind> = (typeof kinds)[K]["required"][number];
type OptionalOf<K extends Kind> = (typeof kinds)[K]["optional"][number];

type Common = {
  readonly run?: number;
  readonly timeUs: number;
  readonly aheadUs?: number;
  /** Keys of fields that were cut. */
  readonly cut?: readonly number[];
};

export type EntryOf<K extends Kind> = { readonly kind: K } & Common & {
    readonly [Name in RequiredOf<K>]: ValueOf<Name>;
  } & { readonly [Name in OptionalOf<K>]?: ValueOf<Name> };

export type Entry = { [K in Kind]: EntryOf<K> }[Kind];

/** Of a newer version, kind or with newer fields: to be kept and shown as it is, not understood. */
export interface OpaqueEntry {
  readonly kind: "opaque";
  readonly version: number;
  /** Number of the kind. */
  readonly code: number;
  readonly bytes: Buffer;
}

/** Bytes that are no entry. */
export interface MalformedEntry {
  readonly kind: "malformed";
  readonly reason: string;
  /** In the bytes. */
  readonly offset: number;
}

export type DecodedEntry = Entry | OpaqueEntry | MalformedEntry;
