/**
 * What is kept of one part: encrypted with a key of this exchange alone, made from the subject's
 * key, so that no nonce is ever used twice under one key however busy a subject is.
 */
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import { commitmentBytes, type Part } from "./parts.ts";
import { deriveKey } from "./subject-key.ts";

const cipherName = "aes-256-gcm";
const tagBytes = 16;
/**
 * clear text = flags 1 ‖ length of the whole part 8 ‖ commitment to it 32 ‖ note length 2 ‖
 *              note ‖ the part as it is kept
 * sealed     = AES-256-GCM(clear text) ‖ tag 16; nonce = number of the part, 12 bytes;
 *              authenticated with it: exchange id ‖ pseudonym
 */
const prefixBytes = 1 + 8 + commitmentBytes + 2;
const flag = { masked: 1, cut: 2, withheld: 4 } as const;

export interface KeptPart {
  readonly bytes: Buffer;
  /** Of the part as it passed. */
  readonly fullLength: number;
  /** To the part as it passed: salted, as where nothing is kept. */
  readonly commitment: Buffer;
  /** Fields were masked. */
  readonly isMasked: boolean;
  /** Only its beginning is here. */
  readonly isCut: boolean;
  /** None of it is here, since it could not be masked. */
  readonly isWithheld: boolean;
  /** What is no part of the message: for a request's head the caller's address. */
  readonly note: string;
}

export interface ExchangeSeal {
  readonly key: Buffer;
  readonly authenticated: Buffer;
}

/** @param exchangeId 32 hexadecimal digits. */
export function createSeal(
  subjectKey: Uint8Array,
  exchangeId: string,
  pseudonym: string,
): ExchangeSeal {
  const id = Buffer.from(exchangeId, "hex");
  const key = createHmac("sha256", deriveKey(subjectKey, "contents")).update(id).digest();
  return { key, authenticated: Buffer.concat([id, Buffer.from(pseudonym, "hex")]) };
}

export function sealPart(
  { key, authenticated }: ExchangeSeal,
  which: Part,
  kept: KeptPart,
): Buffer {
  const note = Buffer.from(kept.note, "utf8");
  const prefix = Buffer.alloc(prefixBytes + note.length);
  prefix[0] =
    (kept.isMasked ? flag.masked : 0) |
    (kept.isCut ? flag.cut : 0) |
    (kept.isWithheld ? flag.withheld : 0);
  prefix.writeBigUInt64BE(BigInt(kept.fullLength), 1);
  prefix.set(kept.commitment, 9);
  prefix.writeUInt16BE(note.length, prefixBytes - 2);
  prefix.set(note, prefixBytes);
  const cipher = createCipheriv(cipherName, key, nonceOf(which)).setAAD(authenticated);
  const sealed = [cipher.update(prefix), cipher.update(kept.bytes), cipher.final()];
  return Buffer.concat([...sealed, cipher.getAuthTag()]);
}

/** Undefined: this is not what was sealed with this key for this place. */
export function openPart(
  { key, authenticated }: ExchangeSeal,
  which: Part,
  sealed: Uint8Array,
): KeptPart | undefined {
  if (sealed.length < prefixBytes + tagBytes) return undefined;
  const tag = sealed.subarray(sealed.length - tagBytes);
  const decipher = createDecipheriv(cipherName, key, nonceOf(which), { authTagLength: tagBytes });
  decipher.setAAD(authenticated).setAuthTag(tag);
  const clear = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  const flags = clear[0] as number;
  const bytesAt = prefixBytes + clear.readUInt16BE(prefixBytes - 2);
  return {
    bytes: clear.subarray(bytesAt),
    fullLength: Number(clear.readBigUInt64BE(1)),
    commitment: clear.subarray(9, 9 + commitmentBytes),
    isMasked: (flags & flag.masked) !== 0,
    isCut: (flags & flag.cut) !== 0,
    isWithheld: (flags & flag.withheld) !== 0,
    note: clear.toString("utf8", prefixBytes, bytesAt),
  };
}

function nonceOf(which: Part): Buffer {
  const nonce = Buffer.alloc(12);
  nonce[11] = which;
  return nonce;
}
