/** Masks, cuts and encrypts what is kept of an exchange, and puts it into the store of bodies. */
import type { BodyWriter } from "./body-writer.ts";
import { beginCommitment, saltOf } from "./commitment.ts";
import { createSeal, sealPart, type KeptPart } from "./keep.ts";
import { partCount, type Part } from "./parts.ts";
import type { Subject } from "./subject-keys.ts";

export interface KeptExchange {
  /** For the entry. */
  readonly reference: string;
  /** To the ciphertexts, by part. */
  readonly commitments: readonly (Buffer | undefined)[];
}

/** @param kept by part. Throws what the disk throws. */
export function keepExchange(
  writer: BodyWriter,
  subject: Subject,
  exchange: string,
  kept: readonly (KeptPart | undefined)[],
  nowMs: number,
): KeptExchange {
  const { key, pseudonym } = subject;
  const seal = createSeal(key, exchange, pseudonym);
  const sealed: (Buffer | undefined)[] = [];
  const commitments: (Buffer | undefined)[] = [];
  for (let which = 0; which < partCount; which++) {
    const one = kept[which];
    const ciphertext = one && sealPart(seal, which as Part, one);
    sealed.push(ciphertext);
    commitments.push(ciphertext && commitTo(ciphertext, key, exchange, which as Part));
  }
  return { reference: writer.append({ exchange, pseudonym, sealed }, nowMs), commitments };
}

function commitTo(ciphertext: Buffer, key: Buffer, exchange: string, which: Part): Buffer {
  return beginCommitment(saltOf(key, exchange, which, true), 0)
    .update(ciphertext)
    .digest();
}
