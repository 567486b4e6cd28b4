/**
 * Commitments to what passes in one exchange, made as it passes; nothing of it is held. Runs for
 * every exchange: a body that comes whole is hashed at one stroke, which is half the price.
 */
import type { Hash } from "node:crypto";
import {
  beginCommitment,
  commitWhole,
  oneShotBytesMax,
  saltBytes,
  saltPair,
  type SaltMaker,
} from "./commitment.ts";
import { commitmentBytes, part, partCount, type Evidenced, type Part } from "./parts.ts";

const bodySaltsAt = partCount * commitmentBytes;
const headSaltsAt = bodySaltsAt + 2 * saltBytes;
const bytesInAll = headSaltsAt + 2 * saltBytes;
const noRedactions: readonly string[] = [];

export type HeadPart = typeof part.requestHead | typeof part.responseHead;
export type BodyPart = typeof part.requestBody | typeof part.responseBody;

export class ExchangeDigests implements Evidenced {
  readonly #salts: SaltMaker;
  readonly #idDigits: Uint8Array;
  #request: Hash | undefined;
  #response: Hash | undefined;
  #hasBodySalts = false;
  #hasHeadSalts = false;
  readonly subject: string;
  /** The commitments, then salts of bodies and of heads. */
  readonly commitments: Buffer;
  present = 0;
  bodies: string | undefined = undefined;
  redactions = noRedactions;

  /** @param idDigits 32 hexadecimal digits, which do not change before `end`. */
  constructor(subject: string, salts: SaltMaker, idDigits: Uint8Array) {
    this.subject = subject;
    this.#salts = salts;
    this.#idDigits = idDigits;
    this.commitments = Buffer.allocUnsafe(bytesInAll);
  }

  commitHead(which: HeadPart, bytes: Buffer, from: number, to: number): void {
    if (!this.#hasHeadSalts) {
      this.#salts.writePair(this.#idDigits, saltPair.heads, this.commitments, headSaltsAt);
      this.#hasHeadSalts = true;
    }
    const saltAt = which === part.requestHead ? headSaltsAt : headSaltsAt + saltBytes;
    this.present |= 1 << which;
    this.#commit(which, saltAt, bytes, from, to);
  }

  /** @param wholeLength how long the body is, if that is known; else -1. */
  commitBody(which: BodyPart, bytes: Buffer, from: number, to: number, wholeLength: number): void {
    if (!this.#hasBodySalts) {
      this.#salts.writePair(this.#idDigits, saltPair.bodies, this.commitments, bodySaltsAt);
      this.#hasBodySalts = true;
    }
    const saltAt = which === part.requestBody ? bodySaltsAt : bodySaltsAt + saltBytes;
    const begun = which === part.requestBody ? this.#request : this.#response;
    const isFirst = (this.present & (1 << which)) === 0;
    this.present |= 1 << which;
    if (isFirst && to - from === wholeLength && wholeLength <= oneShotBytesMax) {
      this.#commit(which, saltAt, bytes, from, to);
      return;
    }
    const hash = begun ?? beginCommitment(this.commitments, saltAt);
    hash.update(bytes.subarray(from, to));
    if (which === part.requestBody) this.#request = hash;
    else this.#response = hash;
  }

  /** Another answer begins: of one that was given up before it left, nothing counts. */
  protected forgetResponseBody(): void {
    this.present &= ~(1 << part.responseBody);
    this.#response = undefined;
  }

  #commit(which: Part, saltAt: number, bytes: Buffer, from: number, to: number): void {
    commitWhole(this.commitments, saltAt, which * commitmentBytes, bytes, from, to);
  }

  /** Nothing more comes. */
  endDigests(): void {
    this.#request?.digest().copy(this.commitments, part.requestBody * commitmentBytes);
    this.#response?.digest().copy(this.commitments, part.responseBody * commitmentBytes);
    this.#request = undefined;
    this.#response = undefined;
  }
}
