/** The key of one subject, and the keys that are made from it, one for each use. */
import { hkdfSync } from "node:crypto";

export const subjectKeyBytes = 32;

/** salts: of commitments; contents: of what is kept. */
type KeyUse = "salts" | "contents";

/** HKDF with SHA-256 (RFC 5869); no salt, since the subject's key is random already. */
export function deriveKey(subjectKey: Uint8Array, use: KeyUse): Buffer {
  const info = `parlance ledger bodies 1 ${use}`;
  return Buffer.from(hkdfSync("sha256", subjectKey, Buffer.alloc(0), info, subjectKeyBytes));
}
