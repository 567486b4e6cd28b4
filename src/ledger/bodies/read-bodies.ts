/** Reads back what is kept of an exchange, and checks bytes against what an entry commits to. */
import type { Disk } from "#base/disk.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { bodyFilePath, parseReference, type BodyReference } from "./body-file.ts";
import { decodeRecord, type BodyRecord } from "./body-record.ts";
import { checkCommitment, saltOf } from "./commitment.ts";
import { createSeal, openPart, type KeptPart } from "./keep.ts";
import { isMissing } from "./key-file.ts";
import { partNames, type Part, type PartName } from "./parts.ts";
import { problems } from "./problems.ts";
import { findSubject, type KeyStore, type Subject } from "./subject-keys.ts";

/** The fields of an entry that this needs; octets are hexadecimal digits, as in decoded entries. */
export type EvidenceFields = {
  readonly exchange: string;
  readonly subject?: string;
  readonly bodies?: string;
} & { readonly [Name in PartName]?: string };

export type KeptParts = { readonly [Name in PartName]?: KeptPart };

export interface Bodies {
  /** Everything that is kept of an exchange, checked against the entry's commitments. */
  read(entry: EvidenceFields): KeptParts | Problem;
  /** Whether these bytes are the part of the exchange that its entry commits to. */
  check(entry: EvidenceFields, which: PartName, bytes: Uint8Array): boolean | Problem;
  /** What another one needs to check a commitment to what passed: SHA-256(salt ‖ bytes). */
  salt(entry: EvidenceFields, which: PartName): Buffer | Problem;
}

export function openBodies(disk: Disk, ledger: string, keys: KeyStore): Bodies {
  const read = (entry: EvidenceFields): KeptParts | Problem => {
    if (entry.bodies === undefined) {
      return problems["body-unknown"](`of exchange ${entry.exchange} no bodies were kept`);
    }
    const subject = subjectOf(keys, entry);
    if (isProblem(subject)) return subject;
    const record = readRecord(disk, ledger, entry.bodies, entry);
    return isProblem(record) ? record : openRecord(record, subject, entry);
  };
  return {
    read,
    check(entry, which, bytes) {
      const committed = entry[which];
      if (committed === undefined) return notCommitted(entry, which);
      const subject = subjectOf(keys, entry);
      if (isProblem(subject)) return subject;
      const salt = saltOf(subject.key, entry.exchange, placeOf(which), false);
      if (entry.bodies === undefined) {
        return checkCommitment(Buffer.from(committed, "hex"), salt, bytes);
      }
      const kept = read(entry);
      if (isProblem(kept)) return kept;
      const found = kept[which];
      return found !== undefined && checkCommitment(found.commitment, salt, bytes);
    },
    salt(entry, which) {
      const subject = subjectOf(keys, entry);
      if (isProblem(subject)) return subject;
      if (entry[which] === undefined) return notCommitted(entry, which);
      return saltOf(subject.key, entry.exchange, placeOf(which), false);
    },
  };
}

function subjectOf(keys: KeyStore, { exchange, subject }: EvidenceFields): Subject | Problem {
  if (subject !== undefined) return findSubject(keys, subject);
  return problems["body-unknown"](`of exchange ${exchange} neither bodies nor digests were kept`);
}

function notCommitted({ exchange }: EvidenceFields, which: PartName): Problem {
  return problems["body-unknown"](`the entry of exchange ${exchange} commits to no ${which}`);
}

function readRecord(
  disk: Disk,
  ledger: string,
  text: string,
  { exchange, subject }: EvidenceFields,
): BodyRecord | Problem {
  const reference = parseReference(text);
  if (reference === undefined) {
    const given = JSON.stringify(text.slice(0, 128));
    return problems["body-damaged"](`the entry of ${exchange} has no reference but ${given}`);
  }
  const bytes = readAt(disk, ledger, reference);
  if (isProblem(bytes)) return bytes;
  const record = decodeRecord(bytes);
  const reason =
    typeof record === "string"
      ? record
      : record.exchange !== exchange || record.pseudonym !== subject
        ? `it is of exchange ${record.exchange} and subject ${record.pseudonym}`
        : undefined;
  if (reason !== undefined) return damaged(reference, reason);
  return record as BodyRecord;
}

function readAt(disk: Disk, ledger: string, reference: BodyReference): Buffer | Problem {
  const { file: name, offset, length } = reference;
  const path = bodyFilePath(ledger, name);
  try {
    const file = disk.open(path, "read");
    try {
      const size = file.size();
      if (offset + length > size) return damaged(reference, `${path} has ${size} bytes only`);
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, file.read(bytes, 0, length, offset));
    } finally {
      file.close();
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
    return problems["body-unknown"](`there is no ${path}; it may have been dropped with its time`);
  }
}

function openRecord(
  { exchange, pseudonym, sealed }: BodyRecord,
  subject: Subject,
  entry: EvidenceFields,
): KeptParts | Problem {
  const seal = createSeal(subject.key, exchange, pseudonym);
  const opened: { [Name in PartName]?: KeptPart } = {};
  for (const [which, name] of partNames.entries()) {
    const one = sealed[which];
    const committed = entry[name];
    if (one === undefined && committed === undefined) continue;
    const place = `${name} of exchange ${exchange}`;
    if (one === undefined || committed === undefined) {
      const where = one === undefined ? "in the entry only" : "in the store only";
      return problems["body-damaged"](`${place} is ${where}`);
    }
    const salt = saltOf(subject.key, exchange, which as Part, true);
    if (!checkCommitment(Buffer.from(committed, "hex"), salt, one)) {
      return problems["body-damaged"](`${place} is not what its entry commits to`);
    }
    const kept = openPart(seal, which as Part, one);
    if (kept === undefined) return problems["body-damaged"](`${place} cannot be decrypted`);
    opened[name] = kept;
  }
  return opened;
}

function placeOf(which: PartName): Part {
  return partNames.indexOf(which) as Part;
}

function damaged({ file, offset }: BodyReference, reason: string): Problem {
  return problems["body-damaged"](`bodies at ${file}, byte ${offset}: ${reason}`);
}
