/**
 * The thread that has the file of records open, since a disk makes it wait: what has been asked
 * for meanwhile is done in the next transaction, all of it with one sync.
 */
import { atTurnEnd } from "#base/platform.ts";
import { answerQuestions, threadData } from "#runtime/worker-port.ts";
import { openRecordFile, type Change, type Changed } from "./record-file.ts";

interface Asked {
  readonly change: Change;
  readonly resolve: (changed: Changed) => void;
  readonly reject: (cause: unknown) => void;
}

/** Of one transaction. */
const changesMax = 500;

const file = openRecordFile(String(threadData));
let waiting: Asked[] = [];

answerQuestions((question) => {
  if (question === "close") return end();
  const { promise, resolve, reject } = Promise.withResolvers<Changed>();
  if (waiting.length === 0) atTurnEnd(work);
  waiting.push({ change: question as Change, resolve, reject });
  return promise;
});

function end(): void {
  while (waiting.length > 0) work();
  file.close();
}

function work(): void {
  if (waiting.length === 0) return;
  const batch = waiting.slice(0, changesMax);
  waiting = waiting.slice(changesMax);
  if (waiting.length > 0) atTurnEnd(work);
  try {
    const changed = file.change(batch.map(({ change }) => change));
    for (const [index, { resolve }] of batch.entries()) resolve(changed[index]);
  } catch (cause) {
    for (const { reject } of batch) reject(cause);
  }
}
