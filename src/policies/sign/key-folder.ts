/**
 * The keys that a gateway signs requests with: PKCS #8 PEM files `0001.pem` and so on in a folder
 * that only its owner can use. They are made here, one at a time however many workers try, and
 * never leave the folder; when each was made stands in front of it.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import type { Random } from "#base/platform.ts";

export interface SigningKey {
  readonly number: number;
  readonly createdMs: number;
  /** RFC 7638 thumbprint. */
  readonly id: string;
  readonly privateKey: KeyObject;
  /** As others need it (RFC 7517, RFC 8037). */
  readonly published: object;
}

const seedBytes = 32;
const pemBytesMax = 4_096;
/** In front of the seed in DER (RFC 8410 §7). */
const derPrefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** By their numbers. Throws what is wrong with one, or with who may read it. */
export function readKeys(disk: Disk, folder: string): readonly SigningKey[] {
  if (disk.stat(folder) === undefined) return [];
  refuseExposed(disk, folder, 0o700);
  return namesIn(disk, folder).map((name) => readKey(disk, folder, name));
}

/** What keys there are, to tell whether they have changed. */
export function namesIn(disk: Disk, folder: string): readonly string[] {
  if (disk.stat(folder) === undefined) return [];
  return disk.list(folder).filter((name) => /^\d{4,6}\.pem$/.test(name));
}

/** Unless somebody else makes the same one at the same time; then that one holds. */
export function makeKey(
  disk: Disk,
  random: Random,
  nowMs: number,
  { folder, number }: { readonly folder: string; readonly number: number },
): void {
  disk.makeFolder(folder, 0o700);
  refuseExposed(disk, folder, 0o700);
  const der = Buffer.concat([derPrefix, random.bytes(seedBytes)]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const pem = key.export({ format: "pem", type: "pkcs8" });
  const content = Buffer.from(`Created: ${new Date(nowMs).toISOString()}\n${pem}`);
  const fresh = join(folder, `${random.bytes(8).toString("hex")}.new`);
  const file = disk.open(fresh, "create", 0o600);
  try {
    for (let done = 0; done < content.length;) {
      done += file.write(content, done, content.length - done, done);
    }
    file.sync();
  } finally {
    file.close();
  }
  try {
    disk.link(fresh, join(folder, nameOf(number)));
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EEXIST") throw error;
  } finally {
    disk.remove(fresh);
  }
  disk.syncFolder(folder);
}

/** Of several workers one removes it. */
export function dropKey(disk: Disk, folder: string, number: number): void {
  try {
    disk.remove(join(folder, nameOf(number)));
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ENOENT") throw error;
  }
}

function nameOf(number: number): string {
  return `${String(number).padStart(4, "0")}.pem`;
}

function readKey(disk: Disk, folder: string, name: string): SigningKey {
  const path = join(folder, name);
  refuseExposed(disk, path, 0o600);
  const text = readSmall(disk, path);
  const created = /^Created: (\S+)$/m.exec(text)?.[1] ?? "";
  const createdMs = Date.parse(created);
  if (Number.isNaN(createdMs)) throw new Error(`${path} has no line \`Created: \` with a time`);
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(text);
  } catch (cause) {
    throw new Error(`${path} holds no private key in PEM`, { cause });
  }
  const { asymmetricKeyType: type } = privateKey;
  if (type !== "ed25519") throw new Error(`${path} holds a key of type ${type}; expected ed25519`);
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  // RFC 7638 §3.2, RFC 8037 §2: these members, in this order.
  const thumbprint = `{"crv":"Ed25519","kty":"OKP","x":"${x}"}`;
  const id = createHash("sha256").update(thumbprint).digest("base64url");
  const published = { kty: "OKP", crv: "Ed25519", x, kid: id, use: "sig", alg: "EdDSA" };
  return { number: Number(name.slice(0, -4)), createdMs, id, privateKey, published };
}

function readSmall(disk: Disk, path: string): string {
  const file = disk.open(path, "read");
  try {
    const bytes = Buffer.alloc(Math.min(file.size(), pemBytesMax));
    return bytes.toString("latin1", 0, file.read(bytes, 0, bytes.length, 0));
  } finally {
    file.close();
  }
}

function refuseExposed(disk: Disk, path: string, wanted: number): void {
  const found = disk.stat(path);
  if (found === undefined || (found.mode & 0o077) === 0) return;
  const octal = (mode: number): string => mode.toString(8).padStart(4, "0");
  throw new Error(
    `${path} can be used by others than its owner: its mode is ${octal(found.mode)}; expected ` +
      `${octal(wanted)}. Whoever has the key can pass for the gateway; run chmod ` +
      `${octal(wanted)} ${path}, and remove the key if others may have it`,
  );
}
