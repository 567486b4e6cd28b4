/**
 * Small files of secrets: 4 bytes of magic, the secret of 32 bytes, CRC-32 of both. They come into
 * their place whole and synced, are readable by their owner only, and are overwritten before they
 * are removed.
 */
import { crc32 } from "node:zlib";
import type { Disk, DiskFile } from "#base/disk.ts";
import type { Random } from "#base/platform.ts";
import { subjectKeyBytes } from "./subject-key.ts";

const magic = Buffer.from("PLK1", "latin1");
const crcAt = magic.length + subjectKeyBytes;
const fileBytes = crcAt + 4;

/** Undefined: there is no such file. A string: what is wrong with it. */
export function readSecret(disk: Disk, path: string): Buffer | string | undefined {
  if (disk.stat(path) === undefined) return undefined;
  const content = readSmallFile(disk, path, fileBytes + 1);
  if (content === undefined) return undefined;
  if (content.length !== fileBytes) return `${fileBytes} bytes expected, ${content.length} found`;
  if (!content.subarray(0, magic.length).equals(magic)) return "it does not begin with PLK1";
  if (crc32(content.subarray(0, crcAt)) !== content.readUInt32BE(crcAt)) {
    return "its checksum does not match";
  }
  return content.subarray(magic.length, crcAt);
}

/**
 * Unless there is one already: of several that make the same secret at the same time one comes
 * first, and its secret holds for all.
 *
 * @param folder in which `path` lies.
 */
export function makeSecret(disk: Disk, random: Random, folder: string, path: string): void {
  const secret = random.bytes(subjectKeyBytes);
  const content = Buffer.alloc(fileBytes);
  content.set(magic);
  content.set(secret, magic.length);
  content.writeUInt32BE(crc32(content.subarray(0, crcAt)), crcAt);
  const fresh = `${path}.${random.bytes(8).toString("hex")}.new`;
  writeNew(disk, fresh, content);
  try {
    disk.link(fresh, path);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EEXIST") throw error;
  }
  disk.remove(fresh);
  disk.syncFolder(folder);
}

/** Puts a small file in its place in one step; after that it survives a power cut. */
export function placeFile(disk: Disk, folder: string, path: string, content: Uint8Array): void {
  const fresh = `${path}.new`;
  if (disk.stat(fresh) !== undefined) disk.remove(fresh);
  writeNew(disk, fresh, content);
  disk.rename(fresh, path);
  disk.syncFolder(folder);
}

function writeNew(disk: Disk, path: string, content: Uint8Array): void {
  const file = disk.open(path, "create", 0o600);
  try {
    writeAll(file, content, 0);
    file.sync();
  } finally {
    file.close();
  }
}

/** Overwrites a file with random bytes, then removes it. */
export function shredFile(disk: Disk, folder: string, path: string, noise: Uint8Array): void {
  const file = disk.open(path, "write");
  try {
    const size = file.size();
    for (let at = 0; at < size; at += noise.length) {
      writeAll(file, noise.subarray(0, Math.min(noise.length, size - at)), at);
    }
    file.sync();
  } finally {
    file.close();
  }
  disk.remove(path);
  disk.syncFolder(folder);
}

/** Undefined: it is not there, or no longer. */
export function readSmallFile(disk: Disk, path: string, bytesMax: number): Buffer | undefined {
  let file: DiskFile;
  try {
    file = disk.open(path, "read");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const content = Buffer.alloc(Math.min(file.size(), bytesMax));
    return content.subarray(0, file.read(content, 0, content.length, 0));
  } finally {
    file.close();
  }
}

export function writeAll(file: DiskFile, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += file.write(bytes, done, bytes.length - done, position + done);
  }
}

export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === "ENOENT";
}
