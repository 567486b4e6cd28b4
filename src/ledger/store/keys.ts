/**
 * The keys that a ledger signs its checkpoints with, one for each epoch: PKCS #8 PEM files that
 * only their owner can read. They are made here and never leave the folder.
 */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import type { Random } from "#base/platform.ts";
import { createSigner, formatVerifier, type NoteSigner } from "#ledger/tree/note-keys.ts";
import { readFile, replaceFile } from "./disk-files.ts";
import type { Epoch } from "./log-file.ts";
import { LedgerProblem, problems, trying } from "./problems.ts";

const seedBytes = 32;
const pemBytesMax = 4096;
/** In front of the seed in DER (RFC 8410 §7). */
const derPrefix = Buffer.from("302e020100300506032b657004220420", "hex");

function keyFileOf(folder: string, epoch: number): string {
  return join(folder, `${String(epoch).padStart(4, "0")}.pem`);
}

/** The key of an epoch, made if there is none. */
export function makeKey(disk: Disk, random: Random, folder: string, epoch: number): Buffer {
  disk.makeFolder(folder, 0o700);
  const path = keyFileOf(folder, epoch);
  if (disk.stat(path) === undefined) {
    const der = Buffer.concat([derPrefix, random.bytes(seedBytes)]);
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    const pem = key.export({ format: "pem", type: "pkcs8" });
    replaceFile(disk, path, Buffer.from(pem), 0o600);
  }
  // Also for one that a killed process has made.
  disk.syncFolder(folder);
  return readSeed(disk, folder, epoch);
}

export function loadSigner(disk: Disk, folder: string, epoch: Epoch): NoteSigner {
  const signer = createSigner(epoch.origin, readSeed(disk, folder, epoch.epoch));
  const found = formatVerifier(signer.verifier);
  if (found === epoch.verifierKey) return signer;
  throw refusal(
    `${keyFileOf(folder, epoch.epoch)} is not the key of ${epoch.origin}: it is ${found}, ` +
      `log.json says ${epoch.verifierKey}`,
  );
}

function readSeed(disk: Disk, folder: string, epoch: number): Buffer {
  const path = keyFileOf(folder, epoch);
  refuseExposed(disk, folder, 0o700);
  refuseExposed(disk, path, 0o600);
  const pem = trying(`read ${path}`, () => readFile(disk, path, pemBytesMax));
  if (pem === undefined) {
    throw refusal(`${path} is missing; without it the ledger cannot sign. Put it back`);
  }
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: "pem" });
  } catch (error) {
    throw refusal(`${path} holds no private key in PEM`, error);
  }
  if (key.asymmetricKeyType !== "ed25519") {
    throw refusal(`${path} holds a key of type ${key.asymmetricKeyType}; expected ed25519`);
  }
  return key.export({ format: "der", type: "pkcs8" }).subarray(-seedBytes);
}

function refuseExposed(disk: Disk, path: string, wanted: number): void {
  const found = disk.stat(path);
  if (found === undefined || (found.mode & 0o077) === 0) return;
  const modes = `its mode is ${octal(found.mode)}; expected ${octal(wanted)}`;
  throw refusal(
    `${path} can be used by others than its owner: ${modes}. Whoever has the key can sign a ` +
      `forged ledger; run chmod ${octal(wanted)} ${path}, and rotate the key if others may have it`,
  );
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function refusal(detail: string, cause?: unknown): LedgerProblem {
  return new LedgerProblem(problems["ledger-key"](detail, { cause }));
}
