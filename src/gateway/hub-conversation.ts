/**
 * One request to a face over all services: gathered whole, handled, answered at once or in parts.
 * It ends with its exchange, and the calls that it made end with it.
 */
import type { FaceRequest, FaceResponse } from "#extension/protocol.ts";
import type { Hub, HubStream } from "#extension/hub.ts";
import type { Limits } from "#base/limits.ts";
import type { HubCalls } from "./hub-calls.ts";
import { RequestGatherer } from "./request-gatherer.ts";

/** The exchange, to which the answer goes. */
export interface HubAsker {
  readonly limits: Limits;
  hubRequest(body: Buffer): FaceRequest;
  /** The calls that this request may make. */
  openCalls(): HubCalls;
  answer(response: FaceResponse): void;
  /** @returns whether the caller takes more at once. */
  hubStream(stream: HubStream): boolean;
  part(bytes: Buffer): boolean;
  end(): void;
  fail(cause: unknown): void;
}

export class HubConversation {
  readonly #hub: Hub;
  readonly #asker: HubAsker;
  readonly #request: RequestGatherer;
  #calls: HubCalls | undefined;
  #isOver = false;
  #flushed: (() => void) | undefined;

  constructor(hub: Hub, asker: HubAsker) {
    this.#hub = hub;
    this.#asker = asker;
    this.#request = new RequestGatherer(asker.limits);
  }

  /** @returns false: too large. */
  add(bytes: Buffer, from: number, to: number, framed: boolean): boolean {
    return this.#request.add(bytes, from, to, framed);
  }

  /** The request is whole. */
  handle(): void {
    if (this.#calls !== undefined) return;
    const calls = this.#asker.openCalls();
    this.#calls = calls;
    const request = this.#asker.hubRequest(this.#request.take());
    this.#run(request, calls).catch((cause: unknown) => {
      if (!this.#isOver) this.#asker.fail(cause);
    });
  }

  async #run(request: FaceRequest, calls: HubCalls): Promise<void> {
    const outcome = await this.#hub.handle(request, calls);
    if (this.#isOver) return;
    if (!("kind" in outcome)) return this.#asker.answer(outcome);
    this.#asker.hubStream(outcome);
    await outcome.run((bytes) => this.#write(bytes));
    if (!this.#isOver) this.#asker.end();
  }

  #write(bytes: Buffer): Promise<void> {
    if (this.#isOver || this.#asker.part(bytes)) return Promise.resolve();
    return new Promise((resolve) => (this.#flushed = resolve));
  }

  /** The caller has room again. */
  flushed(): void {
    const waiting = this.#flushed;
    this.#flushed = undefined;
    waiting?.();
  }

  tick(nowMs: number): void {
    this.#calls?.tick(nowMs);
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#calls?.close();
    this.flushed();
  }
}
