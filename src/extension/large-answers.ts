/**
 * Answers whose output holds a list too large to be held whole: they are told as several answers,
 * each with some of the items. Every part is a document like any other, so that the codecs need not
 * know; what an upstream takes apart, a face puts together again.
 */
import type { Call, Reply } from "#call/call.ts";
import type { LargeList } from "#contract/large-list.ts";
import type { FaceContext } from "./protocol.ts";

export interface LargeAnswer {
  readonly list: LargeList;
  /** Whether members may come in any order, so that some that are missing yet may come later. */
  readonly isUnordered: boolean;
  /** Bytes of the instance that are held. */
  readonly heldBytes: number;
  /** @param take gets the part that these bytes complete, if any; it is there only meanwhile. */
  readonly push: (bytes: Buffer, take: (part: Buffer) => void) => void;
  /** No more bytes come: the part that has what stands behind the items. */
  readonly end: () => Buffer;
  readonly decode: (part: Buffer, isLast: boolean) => Reply;
}

export interface LargeAnswerUpstream {
  /** @param begun the first bytes of the body. Undefined: the answer has to be whole. */
  readonly splitAnswer?: (
    response: { readonly status: number; readonly field: (name: string) => string | undefined },
    call: Call,
    begun: Buffer,
  ) => LargeAnswer | undefined;
}

export interface LargeAnswerFace {
  /**
   * Where the items stand in the body of an answer that `encode` gave, and what stands between
   * two of them. Undefined: this form has no such place.
   */
  readonly placeOfItems?: (
    list: LargeList,
    body: Buffer,
    context: FaceContext,
  ) => ItemsPlace | undefined;
}

export interface ItemsPlace {
  readonly from: number;
  readonly to: number;
  readonly separator: string;
}
