/** Keys of subjects in the memory of a worker, until one of them is erased. */
import { isProblem, type Problem } from "#base/problem.ts";
import { erasureCount } from "#ledger/bodies/body-slots.ts";
import { createSaltMaker, type SaltMaker } from "#ledger/bodies/commitment.ts";
import { currentSubject, type KeyStore, type Subject } from "#ledger/bodies/subject-keys.ts";
import type { Trouble } from "./trouble.ts";

export interface WorkerSubject extends Subject {
  readonly salts: SaltMaker;
}

export interface WorkerSubjectsOptions {
  readonly keys: KeyStore;
  /** Shared with who erases. */
  readonly slots: Int32Array;
  /** The disk fails. */
  readonly keyTrouble: Trouble;
  /** One key is damaged; all others can be used. */
  readonly damage: Trouble;
}

const subjectsMax = 10_000;

/** Undefined: the key cannot be had, which was told. */
export function createWorkerSubjects(
  options: WorkerSubjectsOptions,
): (name: string) => WorkerSubject | undefined {
  const { keys, slots, keyTrouble, damage } = options;
  const subjects = new Map<string, WorkerSubject>();
  let erasures = erasureCount(slots);

  function load(name: string): WorkerSubject | undefined {
    if (keyTrouble.isPresent) return undefined;
    let subject: Subject | Problem;
    try {
      subject = currentSubject(keys, name);
    } catch (error) {
      keyTrouble.begin(error);
      return undefined;
    }
    if (isProblem(subject)) {
      damage.begin(subject.detail);
      return undefined;
    }
    if (subjects.size >= subjectsMax) subjects.clear();
    const known = { ...subject, salts: createSaltMaker(subject.key) };
    subjects.set(name, known);
    return known;
  }

  return (name) => {
    const count = erasureCount(slots);
    if (count !== erasures) {
      erasures = count;
      subjects.clear();
    }
    return subjects.get(name) ?? load(name);
  };
}
