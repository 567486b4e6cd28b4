/**
 * A process of its own for one question: what it needed of memory is given back when it ends, and
 * it can be ended. Messages on the way to the answer are told.
 */
import { fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import type { Timers } from "#base/platform.ts";

export interface OneAnswerOptions {
  readonly entry: URL;
  readonly question: unknown;
  readonly heapMbMax: number;
  readonly timeMsMax: number;
  readonly timers: Timers;
  readonly onMessage: (message: unknown) => void;
}

/** From the process. */
interface FromProcess {
  readonly kind: "answer" | "message";
  readonly value: unknown;
}

/** Rejects with the reason when the process ends, or is ended, without an answer. */
export function askProcess(options: OneAnswerOptions): Promise<unknown> {
  const { entry, question, heapMbMax, timeMsMax, timers } = options;
  return new Promise((resolve, reject) => {
    const child = fork(entry, [], {
      serialization: "advanced",
      execArgv: [`--max-old-space-size=${heapMbMax}`],
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    if (child.pid !== undefined) letOthersGoFirst(child.pid);
    let errors = "";
    child.stderr?.on(
      "data",
      (bytes: Buffer) => (errors = (errors + bytes.toString()).slice(-4096)),
    );
    let late = false;
    const cancel = timers.after(timeMsMax, () => {
      late = true;
      child.kill("SIGKILL");
    });
    child.on("message", ({ kind, value }: FromProcess) => {
      if (kind === "message") return options.onMessage(value);
      resolve(value);
      child.disconnect();
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      cancel();
      if (late) return reject(new Error(`it took longer than ${timeMsMax} ms`));
      const memory = /heap out of memory/.test(errors) ? "its heap is exhausted" : errors.trim();
      reject(new Error(`it ended with ${signal ?? `exit code ${code}`}: ${memory}`));
    });
    child.send(question as object);
  });
}

/** Exchanges that are under way: whoever waits for one comes before who waits for this. */
function letOthersGoFirst(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Where a sandbox forbids it, it goes on as it is.
  }
}

/** The other side: answers the one question. */
export function answerOneQuestion(
  answer: (question: unknown, tell: (message: unknown) => void) => unknown,
): void {
  const send = (message: FromProcess) => process.send?.(message);
  const tell = (value: unknown) => send({ kind: "message", value });
  process.once("message", async (question) => {
    // What it throws ends the process, and its words reach the other side.
    send({ kind: "answer", value: await answer(question, tell) });
  });
}
