/**
 * A client that sends exactly the bytes it is told to, at the moments it is told to, and keeps
 * every byte that comes back. It knows no HTTP beyond counting the answers it waits for.
 */
import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { readResponses, strictAnswers, type SeenResponse } from "./read-responses.ts";

/** Strings are latin1: one character, one byte. */
export type Step = string | Buffer | { readonly pauseMs: number };

export interface RawResult {
  readonly received: Buffer;
  readonly responses: readonly SeenResponse[];
  /** What the strict reading found wrong with the received bytes. */
  readonly error: string | undefined;
  /** The other side ended or reset the connection. */
  readonly closed: boolean;
  readonly reset: boolean;
}

export function toBytes(step: string | Buffer): Buffer {
  return typeof step === "string" ? Buffer.from(step, "latin1") : step;
}

/** Cuts bytes into steps behind the given offsets, with a pause between them. */
export function splitAt(bytes: string, offsets: readonly number[], pauseMs = 5): Step[] {
  const steps: Step[] = [];
  let from = 0;
  for (const offset of [...offsets, bytes.length]) {
    if (offset <= from) continue;
    if (steps.length > 0) steps.push({ pauseMs });
    steps.push(bytes.slice(from, offset));
    from = offset;
  }
  return steps;
}

/** A connection for tests that go back and forth. */
export interface RawConnection {
  readonly socket: net.Socket;
  readonly send: (...steps: readonly Step[]) => Promise<void>;
  /** Waits for a condition on what was received so far, for a close, or for silence. */
  readonly wait: (done: (result: RawResult) => boolean, silenceMs?: number) => Promise<RawResult>;
  readonly close: () => void;
}

export async function openRaw(
  port: number,
  methods: readonly string[] = [],
): Promise<RawConnection> {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  const state = { closed: false, reset: false };
  let wake = (): void => {};
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    wake();
  });
  socket.on("end", () => {
    state.closed = true;
    wake();
  });
  socket.on("error", () => {
    state.closed = true;
    state.reset = true;
    wake();
  });
  socket.on("close", () => {
    state.closed = true;
    wake();
  });
  await new Promise<void>((resolve) => {
    socket.once("connect", resolve);
    socket.once("close", () => resolve());
  });

  const look = (): RawResult => {
    const received = Buffer.concat(chunks);
    const reading = readResponses(received, methods, state.closed, strictAnswers);
    return { received, responses: reading.messages, error: reading.error, ...state };
  };
  return {
    socket,
    async send(...steps) {
      for (const step of steps) {
        if (typeof step === "object" && "pauseMs" in step) await pause(step.pauseMs);
        else if (socket.writable) socket.write(toBytes(step));
      }
    },
    async wait(done, silenceMs = 2_000) {
      for (;;) {
        const result = look();
        if (result.closed || done(result)) return result;
        let timer: NodeJS.Timeout | undefined;
        const silent = await new Promise<boolean>((resolve) => {
          wake = () => resolve(false);
          timer = setTimeout(() => resolve(true), silenceMs);
        });
        clearTimeout(timer);
        if (silent) return look();
      }
    },
    close: () => socket.destroy(),
  };
}

/** Number of complete final answers. */
export function finals(result: RawResult): number {
  return result.responses.filter((seen) => seen.complete && seen.status >= 200).length;
}
