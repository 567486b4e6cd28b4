/**
 * The store of subjects' keys. A file is named by a pseudonym, HMAC of the subject's name under a
 * secret of the store, and entries hold the same pseudonym. A subject that comes back after its
 * erasure gets the next pseudonym, and a new key.
 */
import { createHmac } from "node:crypto";
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import type { Random } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import { readErasure, type Erasure } from "./erasure-mark.ts";
import { makeSecret, readSecret, shredFile } from "./key-file.ts";
import { problems } from "./problems.ts";

export interface Subject {
  /** 32 hexadecimal digits. */
  readonly pseudonym: string;
  readonly key: Buffer;
}

export interface KeyStore {
  readonly disk: Disk;
  readonly random: Random;
  readonly folder: string;
  readonly secret: Buffer;
}

const pseudonymForm = /^[0-9a-f]{32}$/;

/**
 * @param ledger folder of the ledger.
 * @param mayCreate false for programs that only read.
 */
export function openKeyStore(
  disk: Disk,
  random: Random,
  ledger: string,
  mayCreate: boolean,
): KeyStore | Problem {
  const keys = join(ledger, "keys");
  const folder = join(keys, "subjects");
  const path = join(keys, "subjects.secret");
  const known = readSecret(disk, path);
  if (typeof known === "string") return damaged(path, known);
  if (known !== undefined) return { disk, random, folder, secret: known };
  if (disk.stat(folder) !== undefined && disk.list(folder).length > 0) {
    return damaged(path, `it is missing, but ${folder} holds keys; put it back from a copy`);
  }
  if (!mayCreate) return problems["subject-unknown"](`no keys of subjects are in ${ledger}`);
  disk.makeFolder(folder, 0o700);
  disk.syncFolder(keys);
  makeSecret(disk, random, keys, path);
  return openKeyStore(disk, random, ledger, false);
}

/** The key under which data of a subject are kept now; it is made when there is none. */
export function currentSubject(store: KeyStore, name: string): Subject | Problem {
  const { disk, folder, random } = store;
  const pseudonym = currentPseudonym(store, name);
  const known = readKey(store, pseudonym);
  if (known !== undefined) return known;
  makeSecret(disk, random, folder, keyPath(store, pseudonym));
  if (findErasure(store, pseudonym) === undefined) {
    return readKey(store, pseudonym) ?? currentSubject(store, name);
  }
  // It was erased between the two looks.
  shredKey(store, pseudonym);
  return currentSubject(store, name);
}

/** The key behind a pseudonym of an entry; a problem when it is erased, damaged or unknown. */
export function findSubject(store: KeyStore, pseudonym: string): Subject | Problem {
  if (!pseudonymForm.test(pseudonym)) {
    const given = JSON.stringify(pseudonym.slice(0, 64));
    return problems["subject-unknown"](`${given} is no pseudonym, which has 32 hex digits`);
  }
  const erasure = findErasure(store, pseudonym);
  if (erasure !== undefined) {
    const { at, by, why } = erasure;
    return problems["body-erased"](`subject ${pseudonym} was erased on ${at} by ${by}: ${why}`);
  }
  const found = readKey(store, pseudonym);
  return found ?? problems["subject-unknown"](`no key of subject ${pseudonym} is in the store`);
}

/** The first of a name's pseudonyms that is not erased, whether it has a key or not. */
export function currentPseudonym(store: KeyStore, name: string): string {
  for (let round = 0; ; round++) {
    const pseudonym = pseudonymOf(store.secret, name, round);
    if (findErasure(store, pseudonym) === undefined) return pseudonym;
  }
}

function findErasure(store: KeyStore, pseudonym: string): Erasure | undefined {
  return readErasure(store.disk, store.folder, pseudonym);
}

export function hasKey(store: KeyStore, pseudonym: string): boolean {
  return store.disk.stat(keyPath(store, pseudonym)) !== undefined;
}

/** Destroys a key; nothing else may be left that tells it. */
export function shredKey(store: KeyStore, pseudonym: string): void {
  const { disk, folder, random } = store;
  const path = keyPath(store, pseudonym);
  if (disk.stat(path) !== undefined) shredFile(disk, folder, path, random.bytes(64));
}

function readKey(store: KeyStore, pseudonym: string): Subject | Problem | undefined {
  const path = keyPath(store, pseudonym);
  const key = readSecret(store.disk, path);
  if (typeof key === "string") return damaged(path, key);
  return key && { pseudonym, key };
}

function keyPath({ folder }: KeyStore, pseudonym: string): string {
  return join(folder, `${pseudonym}.key`);
}

function pseudonymOf(secret: Uint8Array, name: string, round: number): string {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(round);
  const mac = createHmac("sha256", secret).update(prefix).update(name, "utf8").digest("hex");
  return mac.slice(0, 32);
}

function damaged(path: string, reason: string): Problem {
  return problems["subject-key-damaged"](`${path}: ${reason}`);
}
