/**
 * One request to a face over all services: gathered whole or read as it comes, handled, answered at
 * once or in parts.
 * It ends with its exchange, and the calls that it made end with it.
 */
import type { Fault } from "#call/call.ts";
import type { FaceRequest, FaceResponse, Fields } from "#extension/protocol.ts";
import type { Hub, HubRequest, HubStream } from "#extension/hub.ts";
import type { Limits } from "#base/limits.ts";
import type { HubCalls } from "./hub-calls.ts";
import { HubParts } from "./hub-parts.ts";
import { RequestGatherer } from "./request-gatherer.ts";
import type { Unframe } from "./unframe.ts";

const noBytes: Buffer = Buffer.alloc(0);

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
  /** It is told of a fault in a part. */
  noteFault(fault: Fault): void;
  end(trailers: Fields): void;
  /** Of a request in parts: there is room for more. */
  takeMore(): void;
  fail(cause: unknown): void;
}

export class HubConversation {
  readonly #hub: Hub;
  readonly #asker: HubAsker;
  readonly #request: RequestGatherer;
  #parts: HubParts | undefined;
  #unframe: Unframe | undefined;
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

  get inParts(): boolean {
    return this.#parts !== undefined;
  }

  /** The head of a request is there that is read in parts. */
  begin(unframe: Unframe): void {
    this.#unframe = unframe;
    this.#parts = new HubParts(() => {
      if (!this.#isOver) this.#asker.takeMore();
    });
    this.#handle({ ...this.#asker.hubRequest(noBytes), parts: this.#parts });
  }

  /** Of a request in parts. @returns whether more is taken at once. */
  push(bytes: Buffer, from: number, to: number): boolean {
    const data = this.#unframe?.(bytes, from, to);
    return data === undefined || this.#parts?.push(data) !== false;
  }

  /** The request is whole. */
  handle(): void {
    if (this.#parts !== undefined) this.#parts.end();
    else if (this.#calls === undefined) {
      this.#handle(this.#asker.hubRequest(this.#request.take()));
    }
  }

  #handle(request: HubRequest): void {
    const calls = this.#asker.openCalls();
    this.#calls = calls;
    this.#run(request, calls).catch((cause: unknown) => {
      if (!this.#isOver) this.#asker.fail(cause);
    });
  }

  async #run(request: HubRequest, calls: HubCalls): Promise<void> {
    const outcome = await this.#hub.handle(request, calls);
    if (this.#isOver) return;
    if (!("kind" in outcome)) return this.#asker.answer(outcome);
    this.#asker.hubStream(outcome);
    const tell = (fault: Fault): void => {
      if (!this.#isOver) this.#asker.noteFault(fault);
    };
    const trailers = await outcome.run((bytes) => this.#write(bytes), tell);
    if (!this.#isOver) this.#asker.end(trailers ?? []);
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

  tick(nowMs: number, isCurrent: boolean): void {
    this.#calls?.tick(nowMs, isCurrent);
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#parts?.drop();
    this.#calls?.close();
    this.flushed();
  }
}
