/** One question to an instance, whether it is well: a connection, a GET, or a call in gRPC. */
import type { HealthCheck, Instance } from "#configuration/configuration.ts";
import type { RequestPlan, UpstreamEnd, UpstreamFailure } from "#wire/ends.ts";
import type { ResponseHead } from "#wire/head.ts";
import type { Pool, Waiter } from "#wire/pool.ts";
import { rareLines, writeExactTarget, writeForwardedTarget } from "./forwarding.ts";
import type { ProbeQuestion } from "./probe-question.ts";

const noBytes: Buffer = Buffer.alloc(0);

export class ProbeExchange implements Waiter, RequestPlan {
  readonly traced = false;
  readonly withheld = 0;
  readonly decodeAnswer = true;
  readonly bodyIsDecoded = true;
  readonly upgrade = false;
  readonly #instance: Instance;
  readonly #health: HealthCheck;
  readonly #deadlineMs: number;
  readonly #done: (why: string | undefined) => void;
  readonly #question: ProbeQuestion;
  #pool: Pool | undefined;
  #connection: UpstreamEnd | undefined;
  #isOver = false;
  #fields: ReadonlyMap<string, string> = new Map();
  #status = 0;
  #body: Buffer = noBytes;

  /** @param done why it is not well; undefined: it is. Called once, unless it is abandoned. */
  constructor(
    instance: Instance,
    health: HealthCheck,
    question: ProbeQuestion,
    nowMs: number,
    done: (why: string | undefined) => void,
  ) {
    this.#instance = instance;
    this.#health = health;
    this.#deadlineMs = nowMs + health.timeoutMs;
    this.#done = done;
    this.#question = question;
  }

  begin(pool: Pool): void {
    this.#pool = pool;
    // That a kept connection is still there says nothing of new ones, nor they of it.
    const isNew = this.#health.check === "tcp";
    const connection = pool.acquire(this, isNew, isNew);
    if (connection !== undefined) this.onConnected(connection);
  }

  onConnected(connection: UpstreamEnd): void {
    this.#connection = connection;
    if (this.#health.check === "tcp") return this.#end(undefined);
    const { head, body } = this.#question;
    connection.sendHead(head, this, body, 0, body.length, true);
  }

  onTick(nowMs: number): void {
    if (nowMs >= this.#deadlineMs) {
      this.#end(`a check took longer than ${this.#health.timeoutMs} ms`);
    }
  }

  /** Nobody wants to know any more. */
  abandon(): void {
    this.#isOver = true;
    this.#drop();
  }

  #end(why: string | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#drop();
    this.#done(why);
  }

  #drop(): void {
    if (this.#connection === undefined) this.#pool?.cancel(this);
    else this.#connection.abort();
    this.#connection = undefined;
  }

  // What is sent.

  get host(): string {
    return this.#instance.authority;
  }

  writeTarget(out: Buffer, at: number): number {
    const { head, exactTarget } = this.#question;
    if (exactTarget) return writeExactTarget(this.#instance, out, at);
    return writeForwardedTarget(head, 0, this.#instance, out, at);
  }

  writeLines(out: Buffer, at: number): number {
    return (
      at +
      out.write(`User-Agent: parlance-health\r\n${rareLines(this.#question.head)}`, at, "latin1")
    );
  }

  // What comes of it.

  onInterim(): void {
    // The answer follows.
  }

  onResponse(
    head: ResponseHead,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean {
    this.#status = head.status;
    this.#fields = fieldsOf(head);
    this.onResponseBody(bytes, from, to);
    if (complete) this.onResponseEnd(undefined);
    return true;
  }

  onResponseBody(bytes: Buffer, from: number, to: number): boolean {
    if (this.#body.length < this.#question.answerBytesMax) {
      this.#body = Buffer.concat([this.#body, bytes.subarray(from, to)]);
    }
    return true;
  }

  onResponseEnd(trailers: ResponseHead | undefined): void {
    // Its connection is kept.
    this.#connection = undefined;
    if (this.#isOver) return;
    this.#isOver = true;
    this.#done(this.#judge(trailers));
  }

  #judge(trailers: ResponseHead | undefined): string | undefined {
    try {
      return this.#question.judge({
        status: this.#status,
        field: (name) => this.#fields.get(name),
        body: this.#body,
        ...(trailers && { trailer: (name) => trailers.field(name) }),
      });
    } catch (error) {
      return `a check's answer cannot be read: ${String(error)}`;
    }
  }

  onUpstreamFlushed(): void {
    // All of it is sent at once.
  }

  onUpstreamFailed(failure: UpstreamFailure): void {
    this.#connection = undefined;
    this.#end(`a check failed: ${failure.kind}`);
  }
}

/** By lower-case name. */
function fieldsOf(head: ResponseHead): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let index = 0; index < head.fieldCount; index++) {
    fields.set(head.nameAt(index).toLowerCase(), head.valueAt(index));
  }
  return fields;
}
