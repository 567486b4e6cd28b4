/** What a body's codec offers, for whatever media type. */
import type { DocumentLimits } from "#base/limits.ts";
import type { QualifiedName, RestContent } from "#contract/contract.ts";
import type { DocumentFault } from "#contract/document-fault.ts";
import type { Field, Type } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import type { MediaType } from "./negotiate.ts";

export interface Coder {
  readonly read: (bytes: Buffer, type: MediaType | undefined) => BodyRead;
  readonly write: (value: Value) => WrittenBody | DocumentFault;
}

export interface BodyCodec extends Coder {
  /** As it is offered and sent: never a range. */
  readonly mediaType: string;
  /** As the contract has it; may be a range. */
  readonly content: RestContent;
}

export type BodyRead = { readonly kind: "value"; readonly value: Value } | DocumentFault;

export interface WrittenBody {
  readonly kind: "body";
  /** With its parameters. */
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** What a body holds: the whole message, or one field of it. */
export interface BodySubject {
  readonly type: Type;
  /** Undefined: the message is the body. */
  readonly field: Field | undefined;
}

export interface BodyOptions {
  /** What the contract does not know: callers are told, services may have grown. */
  readonly unknown: "reject" | "drop";
  readonly limits?: DocumentLimits;
}

export interface BodiesOptions extends BodyOptions {
  /** The XML element where the contract names none. */
  readonly root: QualifiedName;
  /** Forms in which what the contract has in the other one is offered too. */
  readonly also: readonly ("json" | "xml")[];
}
