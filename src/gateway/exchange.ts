/**
 * The life of one request, top to bottom: admitted, given an instance, sent, answered, counted.
 * The object belongs to a connection (or an HTTP/2 stream) and serves its exchanges one after the
 * other. Bytes are passed on as they come; whatever fails ends in `#refuse` or `#breakOff`.
 */
import type { Problem } from "#base/problem.ts";
import type { Instance } from "#configuration/configuration.ts";
import type {
  CallerEnd,
  CallerListener,
  RequestPlan,
  UpstreamEnd,
  UpstreamFailure,
} from "#wire/ends.ts";
import { fieldNames } from "#wire/field-names.ts";
import type { ResponseHead } from "#wire/head.ts";
import type { Waiter } from "#wire/pool.ts";
import { admit, bodyTooLarge, type OwnAnswer } from "./admission.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { ExchangeRecord } from "./exchange-record.ts";
import { failureProblem, sendProblem } from "./failure.ts";
import { offersUpgrade, rareLines, writeForwardedTarget } from "./forwarding.ts";
import type { GatewayContext } from "./gateway-context.ts";
import type { InstancePool } from "./instances.ts";
import { malformedRequest, problems } from "./problems.ts";
import type { Snapshot } from "./snapshot.ts";

type State = "free" | "waiting" | "sent" | "answering" | "tunnel";

/** Methods whose requests may be sent twice (RFC 9110 §9.2.2, RFC 10008 §2 for QUERY). */
const idempotentMethods = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"]);
const offeredMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, QUERY";
const attemptsMax = 3;
const noBytes: Buffer = Buffer.alloc(0);

export class Exchange extends ExchangeRecord implements CallerListener, Waiter, RequestPlan {
  readonly #gateway: GatewayContext;
  #state: State = "free";
  #upstream: UpstreamEnd | undefined;
  #pool: InstancePool | undefined;
  #tried: InstancePool[] = [];
  /** What came with the request's head, kept until an answer begins, for another attempt. */
  #bytes: Buffer = noBytes;
  #from = 0;
  #to = 0;
  #firstIsAll = true;
  #requestComplete = true;
  #requestTrailers: ResponseHead | undefined;
  #streamed = false;
  /** Whether a kept connection turned out stale, so that the next one has to be new. */
  #stale = false;
  #waitingSinceMs = 0;
  #requestSentMs = 0;
  /** Since when the instance takes nothing more of the request; 0: it does. */
  #requestStoppedMs = 0;
  #answerMovedMs = 0;
  #upstreamEnded = false;
  #answeredAtOnce = false;

  #answerHead: ResponseHead | undefined;

  constructor(caller: CallerEnd, gateway: GatewayContext) {
    super(caller);
    this.#gateway = gateway;
    this.decodeAnswer = caller.wantsDecodedBody;
    this.bodyIsDecoded = caller.protocol === "HTTP/2";
  }

  // 1. A request has come: may it pass, and where to?

  onRequest(bytes: Buffer, from: number, to: number, complete: boolean): void {
    this.#begin(true);
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
    this.#requestComplete = complete;
    this.requestBytes = this.caller.bodyBytes;
    const admission = admit(this, this.#gateway);
    switch (admission.kind) {
      case "pass":
        return this.#connect();
      case "answer":
        return this.#answer(admission);
      case "refuse":
        return this.#refuse(admission.problem, admission.fields);
    }
  }

  onMalformedRequest(status: number, detail: string): void {
    if (this.#state === "free") this.#begin(false);
    const problem = malformedRequest(status)(detail);
    // RFC 9110 §15.5.6: CONNECT is the only method that is refused wherever it points.
    const fields = status === 405 ? `Allow: ${offeredMethods}\r\n` : "";
    if (this.#state === "waiting" || this.#state === "sent") this.#refuse(problem, fields);
    else this.#breakOff(problem);
  }

  #begin(hasHead: boolean): void {
    const gateway = this.#gateway;
    this.resetRecord(hasHead);
    this.ownLines.begin(gateway.ids, this.caller.head);
    this.snapshot = gateway.snapshot;
    this.#state = "waiting";
    this.startedMs = gateway.platform.clock.monotonicMs();
    this.#waitingSinceMs = gateway.clock.nowMs;
    this.#tried.length = 0;
    this.#firstIsAll = true;
    this.#requestTrailers = undefined;
    this.#stale = false;
    this.#requestSentMs = 0;
    this.#requestStoppedMs = 0;
    this.#upstreamEnded = false;
    this.#answerHead = undefined;
    this.#answeredAtOnce = false;
    gateway.observer.onBegin(this);
  }

  // 2. An instance, and a connection to it.

  #connect(): void {
    const { serviceIndex } = this.route as CompiledRoute;
    const pool = (this.snapshot as Snapshot).balancers[serviceIndex]?.pick(this.#tried);
    if (pool === undefined) {
      const name = this.route?.service.name ?? "";
      return this.#refuse(problems["instance-unreachable"](`service ${name} has no instance`));
    }
    this.#pool = pool;
    this.#tried.push(pool);
    this.attempts++;
    this.instance = pool.instance;
    this.#state = "waiting";
    this.#waitingSinceMs = this.#gateway.clock.nowMs;
    const connection = pool.connections.acquire(this, this.#stale);
    if (connection !== undefined) this.onConnected(connection);
    else if (!this.#requestComplete) this.caller.pause();
  }

  onConnected(connection: UpstreamEnd): void {
    this.#upstream = connection;
    this.#state = "sent";
    this.#streamed = false;
    this.#requestStoppedMs = 0;
    const { head } = this.caller;
    this.decodeAnswer = this.caller.wantsDecodedBody;
    this.upgrade = head.upgrade && offersUpgrade(head);
    // A body that came whole with its head is a whole request, its trailers apart.
    const whole = this.#requestComplete && this.#firstIsAll && this.#requestTrailers === undefined;
    const taken = connection.sendHead(head, this, this.#bytes, this.#from, this.#to, whole);
    if (this.#upstream !== connection) return;
    if (whole) this.#requestSentMs = this.#gateway.clock.nowMs;
    else if (this.#requestComplete) this.#endRequest();
    else if (taken) this.caller.resume();
    else {
      this.#requestStoppedMs = this.#gateway.clock.nowMs;
      this.caller.pause();
    }
  }

  // What the connection asks when it puts the request together.

  decodeAnswer: boolean;
  readonly bodyIsDecoded: boolean;
  upgrade = false;

  get host(): string {
    const { authority } = this.instance as Instance;
    const { service } = this.route as CompiledRoute;
    return service.host === "caller" ? this.caller.head.authority || authority : authority;
  }

  get traced(): boolean {
    return this.ownLines.traced;
  }

  writeTarget(out: Buffer, at: number): number {
    const { head } = this.caller;
    const route = this.route as CompiledRoute;
    return writeForwardedTarget(head, route, this.instance as Instance, out, at);
  }

  /** Lines of the request as long as it has no answer, then those of the answer. */
  writeLines(out: Buffer, at: number): number {
    const answerHead = this.#answerHead;
    if (answerHead !== undefined) {
      at = this.ownLines.writeAnswer(answerHead, out, at);
      if (answerHead.has(fieldNames.date)) return at;
      // RFC 9110 §6.6.1: an answer without Date gets that of its receipt.
      return at + out.write(`Date: ${this.#gateway.httpDate()}\r\n`, at, "latin1");
    }
    const trusted = (this.snapshot as Snapshot).trusts(this.caller.peer);
    at = this.ownLines.writeRequest(this.caller, trusted, out, at);
    const rare = rareLines(this.caller.head);
    return rare === "" ? at : at + out.write(rare, at, "latin1");
  }

  onUpstreamFlushed(): void {
    this.#requestStoppedMs = 0;
    if (!this.#requestComplete || this.#state === "tunnel") this.caller.resume();
  }

  // 3. The rest of the request.

  onRequestBody(bytes: Buffer, from: number, to: number): boolean {
    this.requestBytes = this.caller.bodyBytes;
    const upstream = this.#upstream;
    if (upstream === undefined) return true;
    if (this.requestBytes > (this.route as CompiledRoute).service.bodyBytesMax) {
      if (this.#state === "sent") this.#refuse(bodyTooLarge(this.route as CompiledRoute));
      else if (this.#state === "answering") {
        this.#breakOff(bodyTooLarge(this.route as CompiledRoute));
      }
      if (this.#state !== "tunnel") return true;
    }
    this.#firstIsAll = false;
    this.#streamed = true;
    if (upstream.sendBody(bytes, from, to)) return true;
    this.#requestStoppedMs = this.#gateway.clock.nowMs;
    return false;
  }

  onRequestEnd(trailers: ResponseHead | undefined): void {
    this.#requestComplete = true;
    this.#requestTrailers = trailers;
    if (this.#state === "tunnel") {
      this.#upstream?.sendEnd(undefined);
      if (this.#upstreamEnded) this.#finish();
    } else if (this.#upstream !== undefined) this.#endRequest();
  }

  #endRequest(): void {
    this.#requestSentMs = this.#gateway.clock.nowMs;
    this.#upstream?.sendEnd(this.#requestTrailers);
  }

  // 4. The answer.

  onInterim(head: ResponseHead): void {
    if (this.caller.takesInterim) this.caller.sendInterim(head);
  }

  onResponse(
    head: ResponseHead,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean {
    this.status = head.status;
    this.responseBytes = to - from;
    this.#bytes = noBytes;
    this.firstByteMs = this.#gateway.platform.clock.monotonicMs();
    this.#answerMovedMs = this.#gateway.clock.nowMs;
    this.#answerHead = head;
    if (head.status === 101) {
      this.#state = "tunnel";
      this.#requestComplete = false;
      return this.caller.sendUpgrade(head, this, bytes, from, to);
    }
    this.#state = "answering";
    this.#answeredAtOnce = complete;
    if (this.caller.sendHead(head, this, bytes, from, to, complete)) return true;
    this.#answerMovedMs = Infinity;
    return false;
  }

  /** The field lines that every answer of the gateway's own carries. */
  #ownFields(): string {
    return `${this.ownLines.answerText()}Date: ${this.#gateway.httpDate()}\r\n`;
  }

  onResponseBody(bytes: Buffer, from: number, to: number): boolean {
    this.responseBytes += to - from;
    this.#answerMovedMs = this.#gateway.clock.nowMs;
    if (this.caller.sendBody(bytes, from, to)) return true;
    // While the caller is slow, the instance is not.
    this.#answerMovedMs = Infinity;
    return false;
  }

  onCallerFlushed(): void {
    this.#answerMovedMs = this.#gateway.clock.nowMs;
    this.#upstream?.resume();
  }

  onResponseEnd(trailers: ResponseHead | undefined): void {
    if (this.#state === "tunnel") {
      this.#upstreamEnded = true;
      this.caller.sendEnd(undefined);
      if (this.#requestComplete) this.#finish();
      return;
    }
    this.#upstream = undefined;
    this.#finish();
    this.caller.sendEnd(trailers);
  }

  // 5. What can go wrong.

  onUpstreamFailed(failure: UpstreamFailure): void {
    this.#upstream = undefined;
    // A tunnel that has ended in order.
    if (this.#state === "free") return;
    const problem = failureProblem(failure, this);
    if (this.#state === "answering" || this.#state === "tunnel") return this.#breakOff(problem);
    if (this.#mayTryAgain(failure)) return this.#connect();
    this.#refuse(problem);
  }

  /**
   * Another attempt is made when nothing can have reached a service: the connection failed, or an
   * idle one turned out stale and the request may be repeated and is still at hand.
   */
  #mayTryAgain(failure: UpstreamFailure): boolean {
    if (this.attempts >= attemptsMax) return false;
    if (failure.kind === "connect" || failure.kind === "connect-timeout") {
      this.#pool?.noteUnreachable();
      return (this.snapshot as Snapshot).hasOther(this.route as CompiledRoute, this.#tried);
    }
    if (failure.kind !== "closed-before-answer" || !failure.reused) return false;
    if (this.#streamed) return false;
    if (!failure.unprocessed && !idempotentMethods.has(this.caller.head.method)) return false;
    // The same instance again: only the connection was stale.
    this.#tried.pop();
    this.#stale = true;
    return true;
  }

  onCallerStalled(): void {
    if (this.#state === "free") return;
    const problem = problems["body-timeout"](
      "nothing was sent or taken within timeouts.bodyIdleMs",
    );
    this.#timeOut(problem);
  }

  onCallerGone(): void {
    if (this.#state === "free") return;
    // A tunnel whose two halves have ended is over in good order.
    this.aborted = !(this.#state === "tunnel" && this.#upstreamEnded && this.#requestComplete);
    this.#dropUpstream();
    if (this.status === 0) this.status = 499;
    this.#finish();
  }

  onTick(nowMs: number): void {
    if (this.#state === "free" || this.#state === "tunnel" || this.route === undefined) return;
    const { service } = this.route;
    if (
      service.timeoutMs > 0 &&
      this.#gateway.platform.clock.monotonicMs() - this.startedMs > service.timeoutMs
    ) {
      return this.#timeOut(
        problems["exchange-timeout"](`no whole answer within timeoutMs: ${service.timeoutMs}`),
      );
    }
    if (this.#state === "waiting") {
      if (service.connectMs > 0 && nowMs - this.#waitingSinceMs > service.connectMs) {
        this.#pool?.connections.cancel(this);
        this.onUpstreamFailed({ kind: "connect-timeout" });
      }
    } else if (this.#state === "sent") {
      // An instance that stops taking the request is waited for as one that does not answer it.
      const sinceMs = this.#requestSentMs || this.#requestStoppedMs || nowMs;
      if (service.firstByteMs > 0 && nowMs - sinceMs > service.firstByteMs) {
        this.#timeOut(
          problems["answer-timeout"](`no answer within firstByteMs: ${service.firstByteMs}`),
        );
      }
    } else if (service.responseIdleMs > 0 && nowMs - this.#answerMovedMs > service.responseIdleMs) {
      this.#timeOut(
        problems["answer-timeout"](`the answer stopped for ${service.responseIdleMs} ms`),
      );
    }
  }

  #timeOut(problem: Problem): void {
    if (this.#state === "waiting" || this.#state === "sent") this.#refuse(problem);
    else this.#breakOff(problem);
  }

  // 6. The end, always and exactly once.

  /** Before an answer began: the caller is told in words. */
  #refuse(problem: Problem, extraFields = ""): void {
    this.#dropUpstream();
    this.problem = problem;
    this.status = problem.definition.httpStatus;
    const fields = this.#ownFields() + extraFields;
    this.#finish();
    sendProblem(this.caller, problem, this.id, fields);
  }

  /** After an answer began: the caller sees it cut off. */
  #breakOff(problem: Problem): void {
    this.#dropUpstream();
    this.problem = problem;
    this.#finish();
    this.caller.truncate();
  }

  /** An answer of the gateway itself. */
  #answer({ status, reason, body }: OwnAnswer): void {
    this.status = status;
    const fields = `${this.#ownFields()}Content-Type: text/plain\r\nCache-Control: no-store\r\n`;
    this.#finish();
    this.caller.sendOwn(status, reason, fields, Buffer.from(body));
  }

  #dropUpstream(): void {
    if (this.#state === "waiting") this.#pool?.connections.cancel(this);
    this.#upstream?.abort();
    this.#upstream = undefined;
  }

  #finish(): void {
    if (this.#state === "free") return;
    this.#state = "free";
    this.#bytes = noBytes;
    // An answer that came in one piece has ended when it began.
    this.endedMs = this.#answeredAtOnce
      ? this.firstByteMs
      : this.#gateway.platform.clock.monotonicMs();
    this.#gateway.observer.onDone(this);
  }
}
