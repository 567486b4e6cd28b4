/** What the compiled writers of one contract share, and the shapes they are built of. */
import type { Contract } from "#contract/contract.ts";
import type { RecordType, Type, XmlBinding } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import type { Prefixes } from "./prefixes.ts";
import type { XmlOutput } from "./xml-output.ts";

/** Writes one element. */
export type ElementWriter = (output: XmlOutput, value: Value, declarations: string) => void;

/** Writes what stands for a value in the content of an element. */
export type OccurrenceWriter = (output: XmlOutput, value: Value) => void;

export interface ElementName {
  /** With its prefix. */
  readonly tag: string;
  /** For places. */
  readonly local: string;
  readonly namespace: string;
}

export interface WriteContext {
  readonly contract: Contract;
  readonly prefixes: Prefixes;
  readonly element: (
    name: ElementName,
    type: Type,
    namespace: string,
    nullable: boolean,
  ) => ElementWriter;
  readonly occurrence: (
    binding: XmlBinding,
    type: Type,
    namespace: string,
    nullable: boolean,
  ) => OccurrenceWriter;
  readonly record: (record: RecordType, namespace: string) => RecordWriter;
}

export interface RecordWriter {
  /** Attributes, each behind a space. */
  readonly attributes: (output: XmlOutput, value: ValueRecord) => void;
  readonly content: (output: XmlOutput, value: ValueRecord) => void;
  readonly hasContent: boolean;
}
