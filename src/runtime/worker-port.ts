/** The worker's side of `worker-thread.ts`: answers questions and sends messages. */
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "#base/assert.ts";
import type { FromThread, ToThread } from "./worker-thread.ts";

/** What it was begun with. */
export const threadData: unknown = workerData;

export function sendMessage(message: unknown): void {
  send({ kind: "message", message });
}

/** Questions that came before are answered first; they wait in the port. */
export function answerQuestions(answer: (question: unknown) => unknown): void {
  assert(parentPort !== null, "runs in a worker thread only");
  parentPort.on("message", ({ id, question }: ToThread) => void answerOne(id, question, answer));
}

async function answerOne(
  id: number,
  question: unknown,
  answer: (question: unknown) => unknown,
): Promise<void> {
  try {
    send({ kind: "answer", id, answer: await answer(question) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    send({ kind: "failure", id, error: { message, code } });
  }
}

function send(message: FromThread): void {
  parentPort?.postMessage(message);
}
