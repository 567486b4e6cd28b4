/**
 * One worker thread, seen from the main one: questions that it answers, messages that it sends, and
 * its end, however that comes. What the messages mean is not known here.
 */
import { Worker, type ResourceLimits } from "node:worker_threads";

export interface WorkerThread {
  /** Rejects when the thread cannot do it, or ends before its answer. */
  ask(question: unknown): Promise<unknown>;
  terminate(): Promise<void>;
}

export interface ThreadOptions {
  readonly entry: URL;
  readonly name: string;
  readonly data: unknown;
  readonly resourceLimits: ResourceLimits;
  readonly onMessage: (message: unknown) => void;
  /** Once. `reason`: what threw, with its stack, or the exit code. */
  readonly onEnd: (reason: string) => void;
}

/** From the worker. */
export type FromThread =
  | { readonly kind: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly error: Failure }
  | { readonly kind: "message"; readonly message: unknown };

export interface Failure {
  readonly message: string;
  /** Of a system error, for example EADDRINUSE. */
  readonly code: string | undefined;
}

/** To the worker. */
export interface ToThread {
  readonly id: number;
  readonly question: unknown;
}

/** An answer that cannot come any more. */
export class ThreadEnded extends Error {
  override readonly name = "ThreadEnded";
}

interface Asker {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export function startWorkerThread(options: ThreadOptions): WorkerThread {
  // Not all of `options`: what a thread begins with may be large, and soon out of date.
  const { entry, name, data, resourceLimits, onMessage, onEnd } = options;
  const worker = new Worker(entry, { name, workerData: data, resourceLimits });
  const askers = new Map<number, Asker>();
  let lastId = 0;
  let reason: string | undefined;
  let ended = false;

  worker.on("message", (message: FromThread) => {
    if (message.kind === "message") return onMessage(message.message);
    const asker = askers.get(message.id);
    askers.delete(message.id);
    if (message.kind === "answer") asker?.resolve(message.answer);
    else asker?.reject(toError(message.error));
  });
  worker.on("error", (error) => {
    reason = describeError(error);
  });
  worker.on("exit", (code) => {
    ended = true;
    const why = reason ?? `it ended with exit code ${code}`;
    for (const asker of askers.values()) asker.reject(new ThreadEnded(`${name} is gone: ${why}`));
    askers.clear();
    onEnd(why);
  });

  return {
    ask(question) {
      return new Promise((resolve, reject) => {
        if (ended) return reject(new ThreadEnded(`${name} is gone`));
        const id = ++lastId;
        askers.set(id, { resolve, reject });
        const message: ToThread = { id, question };
        worker.postMessage(message);
      });
    },
    async terminate() {
      await worker.terminate();
    },
  };
}

function toError({ message, code }: Failure): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${String(error)}`;
  const code = "code" in error ? String(error.code) : undefined;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return `its heap is exhausted (${error.message})`;
  return error.stack ?? error.message;
}
