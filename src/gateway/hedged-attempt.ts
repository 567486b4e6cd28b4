/**
 * An attempt at a second instance while the first has not answered. It waits for a connection and
 * an answer as an exchange does; once the exchange goes on with it, it only passes on what comes.
 */
import type { UpstreamEnd, UpstreamFailure, UpstreamListener } from "#wire/ends.ts";
import type { ResponseHead } from "#wire/head.ts";
import type { Waiter } from "#wire/pool.ts";
import type { Target } from "./target.ts";

/** The exchange that is attempted. */
export interface Hedged extends Waiter {
  sendBeside(attempt: HedgedAttempt, connection: UpstreamEnd): void;
  /** It is the first to answer: what it hears is for the exchange from now on. */
  answerBy(attempt: HedgedAttempt): void;
  failBeside(attempt: HedgedAttempt, failure: UpstreamFailure): void;
}

export class HedgedAttempt implements Waiter {
  readonly target: Target;
  /** Monotonic. */
  readonly sinceMs: number;
  /** By the coarse clock, as those that follow are. */
  readonly waitingSinceMs: number;
  sentMs = 0;
  /** Monotonic; 0: not yet, or nobody wants to know. */
  connectedMs = 0;
  connection: UpstreamEnd | undefined;
  /** Whether it is the present attempt of the exchange. */
  isPresent = false;
  readonly #exchange: Hedged;
  #isFresh = false;

  constructor(exchange: Hedged, target: Target, sinceMs: number, coarseMs: number) {
    this.#exchange = exchange;
    this.target = target;
    this.sinceMs = sinceMs;
    this.waitingSinceMs = coarseMs;
  }

  begin(): void {
    this.target.inFlight++;
    this.#acquire();
  }

  #acquire(): void {
    const connection = this.target.pool.connections.acquire(this, this.#isFresh);
    if (connection !== undefined) this.onConnected(connection);
  }

  /** Of one that is not the present one: nothing more is heard of it. */
  cancel(): void {
    this.target.inFlight--;
    if (this.connection === undefined) this.stopWaiting();
    else this.connection.abort();
  }

  stopWaiting(): void {
    this.target.pool.connections.cancel(this);
  }

  onConnected(connection: UpstreamEnd): void {
    if (this.isPresent) return this.#exchange.onConnected(connection);
    this.connection = connection;
    this.#exchange.sendBeside(this, connection);
  }

  onInterim(head: ResponseHead): void {
    if (this.isPresent) this.#exchange.onInterim(head);
  }

  onResponse(...answer: Parameters<UpstreamListener["onResponse"]>): boolean {
    if (!this.isPresent) this.#exchange.answerBy(this);
    return this.#exchange.onResponse(...answer);
  }

  onResponseBody(bytes: Buffer, from: number, to: number): boolean {
    return this.#exchange.onResponseBody(bytes, from, to);
  }

  onResponseEnd(trailers: ResponseHead | undefined): void {
    this.#exchange.onResponseEnd(trailers);
  }

  onUpstreamFlushed(): void {
    if (this.isPresent) this.#exchange.onUpstreamFlushed();
  }

  onUpstreamFailed(failure: UpstreamFailure): void {
    if (this.isPresent) return this.#exchange.onUpstreamFailed(failure);
    this.connection = undefined;
    const isStale = failure.kind === "closed-before-answer" && failure.reused && !this.#isFresh;
    if (!isStale) return this.#exchange.failBeside(this, failure);
    this.#isFresh = true;
    this.#acquire();
  }
}
