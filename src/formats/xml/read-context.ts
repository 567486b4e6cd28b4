/** What the compiled readers of one contract share, and the shapes they are built of. */
import type { Contract, QualifiedName } from "#contract/contract.ts";
import type { Field, RecordType, Type, XmlBinding } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import type { XmlReadOptions } from "./codec-options.ts";
import type { NameTest } from "./name-match.ts";
import type { XmlTokenizer } from "./tokenizer.ts";

/** From a start tag to its end tag. */
export type ElementReader = (tokenizer: XmlTokenizer) => Value;

export interface OpenValue {
  [name: string]: Value;
}

/** From a start tag that it matches to the next tag that is none of its own. */
export interface Occurrence {
  readonly matches: (tokenizer: XmlTokenizer) => boolean;
  readonly read: (tokenizer: XmlTokenizer) => Value;
  /** For lists: reads like `read`, but leaves elements alone that `stop` takes. */
  readonly readUntil?: (tokenizer: XmlTokenizer, stop: NameTest) => Value;
  /** For lists: what is repeated, for readers that count on their own. */
  readonly repeats?: { readonly item: Occurrence; readonly min: number; readonly max: number };
  /** Nothing at all is an occurrence as well. */
  readonly emptiable: boolean;
  /** Takes what no other particle takes. */
  readonly wildcard: boolean;
  /** Elements that it may begin with. */
  readonly starts: readonly QualifiedName[];
  /** One element: its place may be counted. */
  readonly element: boolean;
}

export interface ElementFacets {
  readonly nullable?: boolean;
  readonly default?: string | undefined;
  readonly fixed?: string | undefined;
}

/** The compilers, which need each other. */
export interface ReadContext {
  readonly contract: Contract;
  readonly options: XmlReadOptions;
  readonly attributesIgnored: ReadonlySet<string>;
  readonly element: (type: Type, namespace: string, facets: ElementFacets) => ElementReader;
  readonly occurrence: (
    binding: XmlBinding,
    type: Type,
    namespace: string,
    facets: ElementFacets,
  ) => Occurrence;
  readonly group: (record: RecordType, namespace: string) => GroupReader;
}

/** The elements of a record, from the tag at hand to the first one that is none of them. */
export interface GroupReader {
  /** `drops`: read over elements that the group does not know. */
  readonly read: (tokenizer: XmlTokenizer, record: OpenValue, drops: boolean) => void;
  readonly matches: (tokenizer: XmlTokenizer) => boolean;
  readonly emptiable: boolean;
  readonly starts: readonly QualifiedName[];
  /** Whether there is any element at all. */
  readonly isEmpty: boolean;
  /** Whether the element at hand is one of the group's, wherever it may stand. */
  readonly knows: (tokenizer: XmlTokenizer) => boolean;
}

export interface Particle extends Occurrence {
  readonly field: Field;
  readonly required: boolean;
  readonly list: boolean;
}
