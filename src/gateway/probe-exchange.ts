/** One question to an instance, whether it is well: a connection, a GET, or a call in gRPC. */
import { assert } from "#base/assert.ts";
import { defaultLimits } from "#base/limits.ts";
import type { HealthCheck, Instance } from "#configuration/configuration.ts";
import type { RequestPlan, UpstreamEnd, UpstreamFailure } from "#wire/ends.ts";
import { RequestHead, type ResponseHead } from "#wire/head.ts";
import { parseRequestHead } from "#wire/parse-request-head.ts";
import type { Pool, Waiter } from "#wire/pool.ts";
import { rareLines, writeForwardedTarget } from "./forwarding.ts";

const noBytes: Buffer = Buffer.alloc(0);
/** Of a health answer; what comes behind says nothing. */
const answerBytesMax = 1_024;
/** An empty HealthCheckRequest in its frame: of the server as a whole. */
const emptyMessage = Buffer.alloc(5);
/** HealthCheckResponse with status SERVING, in its frame (grpc.health.v1). */
const serving = Buffer.from([0, 0, 0, 0, 2, 8, 1]);

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
  readonly #head: RequestHead;
  #pool: Pool | undefined;
  #connection: UpstreamEnd | undefined;
  #isOver = false;
  #status = 0;
  #body: Buffer = noBytes;

  /** @param done why it is not well; undefined: it is. Called once, unless it is abandoned. */
  constructor(
    instance: Instance,
    health: HealthCheck,
    nowMs: number,
    done: (why: string | undefined) => void,
  ) {
    this.#instance = instance;
    this.#health = health;
    this.#deadlineMs = nowMs + health.timeoutMs;
    this.#done = done;
    this.#head = headOf(health);
  }

  begin(pool: Pool): void {
    this.#pool = pool;
    // That a kept connection is still there says nothing of new ones.
    const connection = pool.acquire(this, this.#health.check === "tcp");
    if (connection !== undefined) this.onConnected(connection);
  }

  onConnected(connection: UpstreamEnd): void {
    this.#connection = connection;
    if (this.#health.check === "tcp") return this.#end(undefined);
    const body = this.#health.check === "grpc" ? emptyMessage : noBytes;
    connection.sendHead(this.#head, this, body, 0, body.length, true);
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
    return writeForwardedTarget(this.#head, 0, this.#instance, out, at);
  }

  writeLines(out: Buffer, at: number): number {
    return at + out.write(`User-Agent: parlance-health\r\n${rareLines(this.#head)}`, at, "latin1");
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
    this.onResponseBody(bytes, from, to);
    if (complete) this.onResponseEnd();
    return true;
  }

  onResponseBody(bytes: Buffer, from: number, to: number): boolean {
    if (this.#health.check === "grpc" && this.#body.length < answerBytesMax) {
      this.#body = Buffer.concat([this.#body, bytes.subarray(from, to)]);
    }
    return true;
  }

  onResponseEnd(): void {
    // Its connection is kept.
    this.#connection = undefined;
    if (this.#isOver) return;
    this.#isOver = true;
    this.#done(this.#judge());
  }

  #judge(): string | undefined {
    if (this.#health.check === "grpc") {
      const isServing = this.#status === 200 && this.#body.equals(serving);
      return isServing ? undefined : "its health service does not say SERVING";
    }
    const isGood = this.#status >= 200 && this.#status < 400;
    return isGood ? undefined : `a check got ${this.#status}; expected 2xx or 3xx`;
  }

  onUpstreamFlushed(): void {
    // All of it is sent at once.
  }

  onUpstreamFailed(failure: UpstreamFailure): void {
    this.#connection = undefined;
    this.#end(`a check failed: ${failure.kind}`);
  }
}

function headOf({ check, path }: HealthCheck): RequestHead {
  const text =
    check === "grpc"
      ? "POST /grpc.health.v1.Health/Check HTTP/1.1\r\nHost: h\r\nTE: trailers\r\n" +
        "Content-Type: application/grpc\r\nContent-Length: 5\r\n\r\n"
      : `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
  const bytes = Buffer.from(text, "latin1");
  const head = new RequestHead();
  const end = parseRequestHead(head, bytes, 0, bytes.length, defaultLimits);
  assert(end === bytes.length, `${path} is no path`);
  return head;
}
