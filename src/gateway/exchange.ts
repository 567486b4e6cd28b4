/**
 * The life of one request, top to bottom: admitted, given an instance, sent, answered, counted.
 * The object belongs to a connection (or an HTTP/2 stream) and serves its exchanges one after the
 * other. Bytes are passed on as they come; whatever fails ends in `refuse` or `breakOff`.
 */
import type { Problem } from "#base/problem.ts";
import type { CallerListener, UpstreamEnd, UpstreamFailure } from "#wire/ends.ts";
import type { ResponseHead } from "#wire/head.ts";
import type { Waiter } from "#wire/pool.ts";
import { admit, bodyTooLarge } from "./admission.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { overdue } from "./deadlines.ts";
import { failureProblem, problemLines, problemResponse } from "./failure.ts";
import type { InnerExchange } from "./hub-calls.ts";
import { HubExchange } from "./hub-exchange.ts";
import type { InnerCaller } from "./inner-caller.ts";
import type { InstancePool } from "./instances.ts";
import { malformedFields, malformedRequest, problems } from "./problems.ts";
import { mayRepeat } from "./repetition.ts";
import type { Snapshot } from "./snapshot.ts";
import { tellInDialect } from "./translation.ts";

const attemptsMax = 3;
const noBytes: Buffer = Buffer.alloc(0);
const noPools: readonly InstancePool[] = [];

export class Exchange extends HubExchange implements CallerListener, Waiter, InnerExchange {
  #upstream: UpstreamEnd | undefined;
  #pool: InstancePool | undefined;
  /** Instances that failed this exchange. */
  #tried: readonly InstancePool[] = noPools;
  /** What came with the request's head, kept until an answer begins, for another attempt. */
  #bytes: Buffer = noBytes;
  #from = 0;
  #to = 0;
  #firstIsAll = true;
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

  // 1. A request has come: may it pass, and where to?

  onRequest(bytes: Buffer, from: number, to: number, complete: boolean): void {
    this.begin(true);
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
    this.requestComplete = complete;
    this.requestBytes = this.caller.bodyBytes;
    const { gateway } = this;
    const admission = admit(this, gateway);
    if (this.recorder !== undefined) this.openRecord(this.recorder, bytes, from, to);
    switch (admission.kind) {
      case "pass":
        return this.connectOnRecord();
      case "translate":
        this.translation = admission.translation;
        return this.gather(bytes, from, to);
      case "hub":
        return this.beginHub(admission.hub, bytes, from, to);
      case "answer":
        return this.respond(admission.response);
      case "refuse":
        return this.refuse(admission.problem, admission.fields);
    }
  }

  onMalformedRequest(status: number, detail: string): void {
    const { recorder } = this;
    if (this.state === "recording") return;
    if (this.state === "free") {
      this.begin(false);
      if (recorder !== undefined) this.openRecord(recorder, noBytes, 0, 0);
    }
    const problem = malformedRequest(status)(detail);
    if (this.#hasAnswer) this.breakOff(problem);
    else this.refuse(problem, malformedFields(status));
  }

  protected begin(hasHead: boolean): void {
    const gateway = this.gateway;
    this.resetRecord(hasHead);
    this.ownLines.begin(gateway.ids, this.caller.head);
    this.snapshot = gateway.snapshot;
    this.state = "waiting";
    this.startedMs = gateway.platform.clock.monotonicMs();
    this.#waitingSinceMs = gateway.clock.nowMs;
    this.#tried = noPools;
    this.#firstIsAll = true;
    this.#requestTrailers = undefined;
    this.#stale = false;
    this.#requestSentMs = 0;
    this.#requestStoppedMs = 0;
    this.#upstreamEnded = false;
    this.answerHead = undefined;
    this.answeredAtOnce = false;
    this.beginTranslation();
    gateway.observer.onBegin(this);
  }

  // 2. An instance, and a connection to it.

  protected connect(): void {
    const { serviceIndex } = this.route as CompiledRoute;
    const pool = (this.snapshot as Snapshot).balancers[serviceIndex]?.pick(this.#tried);
    if (pool === undefined) {
      const name = this.route?.service.name ?? "";
      return this.refuse(problems["instance-unreachable"](`service ${name} has no instance`));
    }
    this.#pool = pool;
    this.attempts++;
    this.instance = pool.instance;
    this.state = "waiting";
    this.#waitingSinceMs = this.gateway.clock.nowMs;
    const connection = pool.connections.acquire(this, this.#stale);
    if (connection !== undefined) this.onConnected(connection);
    else if (!this.requestComplete) this.caller.pause();
  }

  onConnected(connection: UpstreamEnd): void {
    if (this.recorder !== undefined) this.noteConnected();
    this.#upstream = connection;
    this.state = "sent";
    this.#streamed = false;
    this.#requestStoppedMs = 0;
    const head = this.planFor(this.translation);
    // A body that came whole with its head is a whole request, its trailers apart.
    const whole = this.requestComplete && this.#firstIsAll && this.#requestTrailers === undefined;
    const taken = connection.sendHead(head, this, this.#bytes, this.#from, this.#to, whole);
    if (this.#upstream !== connection) return;
    if (whole) this.#requestSentMs = this.gateway.clock.nowMs;
    else if (this.requestComplete) this.#endRequest();
    else if (taken) this.caller.resume();
    else {
      this.#requestStoppedMs = this.gateway.clock.nowMs;
      this.caller.pause();
    }
  }

  onUpstreamFlushed(): void {
    this.#requestStoppedMs = 0;
    if (!this.requestComplete || this.state === "tunnel") this.caller.resume();
  }

  // 3. The rest of the request.

  onRequestBody(bytes: Buffer, from: number, to: number): boolean {
    if (this.state === "recording") return true;
    this.requestBytes = this.caller.bodyBytes;
    this.tap?.addRequest(bytes, from, to);
    const upstream = this.#upstream;
    if (this.translation !== undefined) this.gather(bytes, from, to);
    else if (this.hub !== undefined) this.gatherForHub(bytes, from, to);
    if (upstream === undefined || this.translation !== undefined) return true;
    if (this.requestBytes > (this.route as CompiledRoute).service.bodyBytesMax) {
      if (this.state !== "tunnel") this.#end(bodyTooLarge(this.route as CompiledRoute));
      if (this.state !== "tunnel") return true;
    }
    this.#firstIsAll = false;
    this.#streamed = true;
    if (upstream.sendBody(bytes, from, to)) return true;
    this.#requestStoppedMs = this.gateway.clock.nowMs;
    return false;
  }

  onRequestEnd(trailers: ResponseHead | undefined): void {
    if (this.state === "recording") return;
    this.requestComplete = true;
    this.#requestTrailers = trailers;
    if (this.state === "tunnel") {
      this.#upstream?.sendEnd(undefined);
      if (this.#upstreamEnded && !this.pending) this.finish();
    } else if (this.translation !== undefined) this.translate();
    else if (this.hub !== undefined) this.hub.handle();
    else if (this.#upstream !== undefined) this.#endRequest();
  }

  #endRequest(): void {
    this.#requestSentMs = this.gateway.clock.nowMs;
    this.#upstream?.sendEnd(this.#requestTrailers);
  }

  // 4. The answer.

  onInterim(head: ResponseHead): void {
    const { caller } = this;
    if (caller.takesInterim && this.translation === undefined) caller.sendInterim(head);
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
    this.firstByteMs = this.gateway.platform.clock.monotonicMs();
    this.#answerMovedMs = this.gateway.clock.nowMs;
    if (this.translation !== undefined)
      return this.#passed(this.beginTranslated(head, bytes, from, to));
    this.answerHead = head;
    if (this.recorder !== undefined) this.noteAnswer(head, bytes, from, to);
    if (head.status === 101) {
      this.state = "tunnel";
      this.requestComplete = false;
      return this.caller.sendUpgrade(head, this, bytes, from, to);
    }
    this.state = "answering";
    this.answeredAtOnce = complete;
    return this.#passed(this.caller.sendHead(head, this, bytes, from, to, complete));
  }

  #passed(taken: boolean): boolean {
    // While the caller is slow, the instance is not.
    if (!taken) this.#answerMovedMs = Infinity;
    return taken;
  }

  onResponseBody(bytes: Buffer, from: number, to: number): boolean {
    this.responseBytes += to - from;
    this.#answerMovedMs = this.gateway.clock.nowMs;
    if (this.translation !== undefined) return this.#passed(this.passTranslated(bytes, from, to));
    this.tap?.addResponse(bytes, from, to);
    return this.#passed(this.caller.sendBody(bytes, from, to));
  }

  onCallerFlushed(): void {
    this.#answerMovedMs = this.gateway.clock.nowMs;
    this.#upstream?.resume();
    this.hub?.flushed();
  }

  protected createInner(caller: InnerCaller): InnerExchange {
    return new Exchange(caller, this.gateway);
  }

  onResponseEnd(trailers: ResponseHead | undefined): void {
    if (this.state === "tunnel") this.#upstreamEnded = true;
    else this.#upstream = undefined;
    if (this.translation !== undefined) return this.endTranslated(trailers);
    this.giveEnd(trailers);
  }

  protected sendTranslated(body: Buffer): void {
    this.#bytes = body;
    this.#from = 0;
    this.#to = body.length;
    this.#firstIsAll = true;
    this.#requestTrailers = undefined;
    this.connectOnRecord();
  }

  // 5. What can go wrong.

  onUpstreamFailed(failure: UpstreamFailure): void {
    this.#upstream = undefined;
    // A tunnel that has ended in order.
    if (this.state === "free") return;
    if (this.pending) return void (this.requestComplete = true);
    const problem = failureProblem(failure, this);
    if (this.#hasAnswer) return this.breakOff(problem);
    if (this.#mayTryAgain(failure)) return this.connect();
    this.refuse(problem);
  }

  #mayTryAgain(failure: UpstreamFailure): boolean {
    if (this.attempts >= attemptsMax || this.firstByteMs > 0) return false;
    if (failure.kind === "connect" || failure.kind === "connect-timeout") {
      this.#pool?.noteUnreachable();
      if (this.#pool !== undefined) this.#tried = [...this.#tried, this.#pool];
      return (this.snapshot as Snapshot).hasOther(this.route as CompiledRoute, this.#tried);
    }
    if (this.#streamed || !mayRepeat(failure, this.sentMethod)) return false;
    // The same instance may come again: only the connection was stale.
    this.#stale = true;
    return true;
  }

  onCallerStalled(): void {
    if (this.state === "free") return;
    if (this.pending) return this.giveUp();
    const detail = "nothing was sent or taken within timeouts.bodyIdleMs";
    this.#end(problems["body-timeout"](detail));
  }

  onCallerGone(): void {
    if (this.state === "free") return;
    // A tunnel whose two halves have ended is over in good order.
    this.aborted = !(this.state === "tunnel" && this.#upstreamEnded && this.requestComplete);
    this.dropUpstream();
    if (this.status === 0) this.status = 499;
    this.finish();
  }

  onTick(nowMs: number): void {
    const { state } = this;
    if (state === "free" || state === "recording" || state === "tunnel") return;
    this.hub?.tick(nowMs);
    if (this.route === undefined) return;
    const { service } = this.route;
    const begun = this.firstByteMs > 0;
    const sinceMs = {
      startedMs: this.startedMs,
      givenMs: this.givenMs,
      waiting: this.state === "waiting" && this.attempts > 0 ? this.#waitingSinceMs : 0,
      // An instance that stops taking the request is waited for as one that does not answer it.
      sent: this.state === "sent" && !begun ? this.#requestSentMs || this.#requestStoppedMs : 0,
      answering: begun ? this.#answerMovedMs : 0,
    };
    const problem = overdue(service, sinceMs, nowMs);
    if (problem === "connect") {
      this.#pool?.connections.cancel(this);
      this.onUpstreamFailed({ kind: "connect-timeout" });
    } else if (problem !== undefined) this.#end(problem);
  }

  // 6. The end, always and exactly once.

  /** Whether the caller has got anything of an answer. */
  get #hasAnswer(): boolean {
    if (this.state === "answering") return !this.caller.holdsWhole;
    return this.state === "tunnel";
  }

  #end(problem: Problem): void {
    if (this.#hasAnswer) this.breakOff(problem);
    else this.refuse(problem);
  }

  /** Before an answer began: the caller is told in words. */
  protected refuse(problem: Problem, extraFields = ""): void {
    this.dropUpstream();
    this.problem = problem;
    this.status = problem.definition.httpStatus;
    const told = tellInDialect(this, problem, this.translation);
    this.respond(told ?? problemResponse(problem, this.id), extraFields + problemLines(problem));
  }

  /** After an answer began: the caller sees it cut off. */
  protected breakOff(problem: Problem): void {
    this.dropUpstream();
    this.problem = problem;
    this.cutOff();
  }

  protected dropUpstream(): void {
    if (this.state === "waiting") this.#pool?.connections.cancel(this);
    this.#upstream?.abort();
    this.#upstream = undefined;
  }
}
