/**
 * What a password is compared with: its SHA-256, made here of the password itself, or a scrypt hash
 * (RFC 7914) as it stands in the configuration.
 */
import { hash, scrypt, timingSafeEqual } from "node:crypto";

/** Takes as long for a wrong one as for the right one. */
export type StoredPassword =
  | { readonly kind: "digest"; readonly isRight: (password: Buffer) => boolean }
  | { readonly kind: "hash"; readonly isRight: (password: Buffer) => Promise<boolean> };

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64. */
const hashed = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]+=*)\$([A-Za-z0-9+/]+=*)$/;
const memoryMax = 256 * 1024 * 1024;

interface ScryptHash {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

export function isHash(text: string): boolean {
  return text.startsWith("scrypt$");
}

/** @returns what is wrong with a hash, in words. */
export function readHash(text: string): ScryptHash | string {
  const [, n = "", r = "", p = "", salt = "", digest = ""] = hashed.exec(text) ?? [];
  if (n === "") return "it has not the form scrypt$N$r$p$salt$hash, with salt and hash in base64";
  const [cost, blockSize, parallelization] = [Number(n), Number(r), Number(p)];
  if (cost < 2 || (cost & (cost - 1)) !== 0) return `its N is ${cost}; expected a power of two`;
  if (blockSize === 0 || parallelization === 0) return "its r or p is 0";
  // RFC 7914 §2: N is below 2^(128 * r / 8).
  if (blockSize === 1 && cost >= 65_536) return `its N is ${cost}; with r = 1 expected below 65536`;
  const found = {
    cost,
    blockSize,
    parallelization,
    salt: Buffer.from(salt, "base64"),
    digest: Buffer.from(digest, "base64"),
  };
  if (memoryOf(found) > memoryMax) return `it takes more than ${memoryMax} bytes of memory`;
  if (found.digest.length < 16) return "its hash has fewer than 16 bytes";
  return found;
}

function memoryOf({ cost, blockSize, parallelization }: ScryptHash): number {
  return 128 * blockSize * (cost + parallelization + 2);
}

/** @param text a password, or a hash that `readHash` takes. */
export function storedPassword(text: string): StoredPassword {
  const found = isHash(text) ? readHash(text) : undefined;
  if (typeof found === "string") throw new Error(found);
  if (found === undefined) {
    const digest = hash("sha256", text, "buffer");
    const isRight = (password: Buffer): boolean =>
      timingSafeEqual(hash("sha256", password, "buffer"), digest);
    return { kind: "digest", isRight };
  }
  const { cost, blockSize, parallelization, salt, digest } = found;
  const options = { cost, blockSize, parallelization, maxmem: memoryOf(found) };
  return {
    kind: "hash",
    isRight: (password) =>
      new Promise((resolve, reject) => {
        scrypt(password, salt, digest.length, options, (error, derived) => {
          if (error === null) resolve(timingSafeEqual(derived, digest));
          else reject(error);
        });
      }),
  };
}
