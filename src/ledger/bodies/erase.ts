/**
 * Erasure: what is kept of a subject stays where it is, but nobody can read it any more, nor check
 * a commitment; proofs of entries need none of it and stay valid. The order survives a power cut
 * at any place: first the mark, then the key, and the mark says whether the ledger knows.
 */
import { join } from "node:path";
import { isProblem, type Problem } from "#base/problem.ts";
import {
  readErasure,
  settleErasure,
  unsettledErasures,
  writeErasure,
  type Erasure,
} from "./erasure-mark.ts";
import { shredFile } from "./key-file.ts";
import { problems } from "./problems.ts";
import { currentPseudonym, hasKey, shredKey, type KeyStore } from "./subject-keys.ts";

/** Values of the fields of an `erasure` entry. */
export interface ErasureFields {
  readonly count: number;
  readonly subject: string;
  readonly actor: string;
  readonly reason: string;
}

export interface ErasureOrder {
  /** Name of the subject, or the pseudonym that entries show. */
  readonly subject: string;
  readonly nowMs: number;
  readonly by: string;
  readonly why: string;
}

/** The key is gone afterwards; the entry is to be recorded, then `settle` to be called. */
export function eraseSubject(store: KeyStore, order: ErasureOrder): ErasureFields | Problem {
  const pseudonym = pseudonymToErase(store, order.subject);
  if (isProblem(pseudonym)) return pseudonym;
  const at = new Date(order.nowMs).toISOString();
  const erasure: Erasure = {
    pseudonym,
    at,
    by: order.by.slice(0, 128),
    why: order.why.slice(0, 256),
  };
  writeErasure(store.disk, store.folder, erasure);
  shredKey(store, pseudonym);
  // The mark is short; an entry says itself where it had to cut.
  return { ...fieldsOf(erasure), actor: order.by, reason: order.why };
}

export function settle(store: KeyStore, pseudonym: string): void {
  settleErasure(store.disk, store.folder, pseudonym);
}

/**
 * After a crash: ends the erasures that had begun, and clears what was left of keys in the making.
 * Only for who holds the ledger's lock.
 * @returns what is to be recorded and settled.
 */
export function recoverErasures(store: KeyStore): readonly ErasureFields[] {
  const { disk, folder } = store;
  for (const name of disk.stat(folder) === undefined ? [] : disk.list(folder)) {
    // A mark in the making was no mark yet, and a key in the making has never been used.
    if (name.endsWith(".new")) {
      shredFile(disk, folder, join(folder, name), store.random.bytes(64));
    }
  }
  return unsettledErasures(disk, folder).flatMap((pseudonym) => {
    shredKey(store, pseudonym);
    const erasure = readErasure(disk, folder, pseudonym);
    return erasure === undefined ? [] : [fieldsOf(erasure)];
  });
}

function pseudonymToErase(store: KeyStore, subject: string): string | Problem {
  if (/^[0-9a-f]{32}$/.test(subject)) {
    const done = readErasure(store.disk, store.folder, subject);
    if (done !== undefined) {
      return problems["body-erased"](`subject ${subject} was erased on ${done.at} by ${done.by}`);
    }
    if (hasKey(store, subject)) return subject;
  }
  const current = currentPseudonym(store, subject);
  if (hasKey(store, current)) return current;
  const name = JSON.stringify(subject.slice(0, 128));
  const detail = `${name} is neither the name nor the pseudonym of a subject that has a key`;
  return problems["subject-unknown"](detail);
}

function fieldsOf({ pseudonym, by, why }: Erasure): ErasureFields {
  return { count: 1, subject: pseudonym, actor: by, reason: why };
}
