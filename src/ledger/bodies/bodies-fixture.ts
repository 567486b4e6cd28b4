/** A ledger's folder for one test, and a disk that tells what is done and fails when told to. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Disk, DiskFile } from "#base/disk.ts";
import { nodeDisk, nodePlatform } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import type { BodyRecord } from "./body-record.ts";
import type { KeptPart } from "./keep.ts";
import { openKeyStore, type KeyStore } from "./subject-keys.ts";

export const { random } = nodePlatform;
export const exchange = "0192ab3c4d5e7f8091a2b3c4d5e6f708";

export function temporaryLedger(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "parlance-bodies-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function keyStoreIn(ledger: string, disk: Disk = nodeDisk): KeyStore {
  const store = openKeyStore(disk, random, ledger, true);
  if (isProblem(store)) throw new Error(store.detail);
  return store;
}

/** @param onCall hears what is done to which file; what it throws, the disk throws. */
export function watchedDisk(onCall: (call: string, path: string) => void): Disk {
  const watched = (path: string, file: DiskFile): DiskFile => ({
    read: (...given) => file.read(...given),
    write: (...given) => (onCall("write", path), file.write(...given)),
    size: () => file.size(),
    truncate: (size) => file.truncate(size),
    sync: () => (onCall("sync", path), file.sync()),
    startSync: () => file.startSync(),
    close: () => file.close(),
  });
  return {
    open(path, mode, permissions) {
      onCall(`open for ${mode}`, path);
      return watched(path, nodeDisk.open(path, mode, permissions));
    },
    stat: (path) => nodeDisk.stat(path),
    list: (folder) => nodeDisk.list(folder),
    makeFolder: (folder, permissions) => nodeDisk.makeFolder(folder, permissions),
    syncFolder: (folder) => (onCall("sync folder", folder), nodeDisk.syncFolder(folder)),
    rename: (from, to) => (onCall("rename", to), nodeDisk.rename(from, to)),
    link: (from, to) => (onCall("link", to), nodeDisk.link(from, to)),
    remove: (path) => (onCall("remove", path), nodeDisk.remove(path)),
  };
}

/** A disk of which one file, whatever its name, can be exchanged without writing it. */
export function diskWithFile(): { readonly disk: Disk; content: Buffer } {
  const stand = {
    content: Buffer.alloc(0),
    disk: { ...nodeDisk, open: (): DiskFile => fileOf(stand.content) },
  };
  return stand;
}

function fileOf(content: Buffer): DiskFile {
  const nothing = (): void => undefined;
  return {
    read: (into, offset, length, position) =>
      content.copy(into, offset, position, Math.min(content.length, position + length)),
    write: () => 0,
    size: () => content.length,
    truncate: nothing,
    sync: nothing,
    startSync: nothing,
    close: nothing,
  };
}

export function diskError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: "fsync" });
}

export function keptPart(text: string, more: Partial<KeptPart> = {}): KeptPart {
  const bytes = Buffer.from(text, "utf8");
  const commitment = Buffer.alloc(32, 7);
  const marks = { isMasked: false, isCut: false, isWithheld: false, note: "" };
  return { bytes, fullLength: bytes.length, commitment, ...marks, ...more };
}

export function recordOf(byte: number, bytes = 10): BodyRecord {
  const sealed = [undefined, Buffer.alloc(bytes, byte), undefined, undefined];
  return { exchange, pseudonym: "00".repeat(16), sealed };
}
