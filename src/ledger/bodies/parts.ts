/** The four parts of an exchange that can be committed to and kept, and ids of exchanges. */
import { octetOf } from "#base/hex-octets.ts";

export const partNames = ["requestHead", "requestBody", "responseHead", "responseBody"] as const;
export type PartName = (typeof partNames)[number];

/** Places in `partNames`. */
export const part = { requestHead: 0, requestBody: 1, responseHead: 2, responseBody: 3 } as const;
export type Part = (typeof part)[PartName];

export const partCount = partNames.length;
export const exchangeIdBytes = 16;
export const commitmentBytes = 32;

/** What an entry says of heads and bodies; only to be read until the next exchange. */
export interface Evidenced {
  /** Pseudonym, 32 hexadecimal digits. */
  readonly subject: string;
  /** One bit a part, `1 << part`, for those that have a commitment. */
  readonly present: number;
  /** 32 bytes a part, in the order of `partNames`; what is behind them means nothing. */
  readonly commitments: Uint8Array;
  /** Where the bodies are kept; the commitments are to ciphertext exactly when it is there. */
  readonly bodies: string | undefined;
  /** Names of fields that were masked in what is kept. */
  readonly redactions: readonly string[];
}

/** @param digits the id's 32 hexadecimal digits as octets. */
export function writeExchangeId(digits: Uint8Array, out: Uint8Array, at: number): void {
  for (let index = 0; index < exchangeIdBytes; index++) {
    out[at + index] = octetOf(digits, 2 * index);
  }
}
