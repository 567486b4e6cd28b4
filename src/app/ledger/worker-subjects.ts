/** Keys of subjects in the memory of a worker, until one of them is erased. */
import { isProblem } from "#base/problem.ts";
import { erasureCount } from "#ledger/bodies/body-slots.ts";
import { createSaltMaker, type SaltMaker } from "#ledger/bodies/commitment.ts";
import { currentSubject, type KeyStore, type Subject } from "#ledger/bodies/subject-keys.ts";

export interface WorkerSubject extends Subject {
  readonly salts: SaltMaker;
}

const subjectsMax = 10_000;

/** @param slots shared with who erases. */
export function createWorkerSubjects(
  keys: KeyStore,
  slots: Int32Array,
  onFailure: (reason: string) => void,
): (name: string) => WorkerSubject | undefined {
  const subjects = new Map<string, WorkerSubject>();
  let erasures = erasureCount(slots);

  function load(name: string): WorkerSubject | undefined {
    const reason = tryLoad(name);
    if (typeof reason !== "string") return reason;
    onFailure(reason);
    return undefined;
  }

  function tryLoad(name: string): WorkerSubject | string {
    try {
      const subject = currentSubject(keys, name);
      if (isProblem(subject)) return subject.detail;
      if (subjects.size >= subjectsMax) subjects.clear();
      const known = { ...subject, salts: createSaltMaker(subject.key) };
      subjects.set(name, known);
      return known;
    } catch (error) {
      return (error as Error).message;
    }
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
