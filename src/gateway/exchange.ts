/**
 * The life of one request, top to bottom: admitted, given an instance, sent, answered, counted.
 * The object belongs to a connection (or an HTTP/2 stream) and serves its exchanges one after the
 * other. Bytes are passed on as they come; whatever fails ends in `refuse` or `breakOff`.
 */
import type { Problem } from "#base/problem.ts";
import type { Hub } from "#extension/hub.ts";
import type { CallerEnd, CallerListener, UpstreamFailure } from "#wire/ends.ts";
import type { ResponseHead } from "#wire/head.ts";
import { admit, bodyTooLarge, noteWhere, type Admission } from "./admission.ts";
import { CheckedExchange } from "./checked-exchange.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { neverWhole, overdue, timeIsUp } from "./deadlines.ts";
import { failureProblem, problemLines, problemResponse } from "./failure.ts";
import type { InnerExchange } from "./hub-calls.ts";
import { forwardedFields } from "./forwarded-fields.ts";
import { malformedFields, malformedRequest, problems } from "./problems.ts";
import { tellInDialect } from "./tell-in-dialect.ts";

const noBytes: Buffer = Buffer.alloc(0);

export class Exchange extends CheckedExchange implements CallerListener, InnerExchange {
  #answerMovedMs = 0;
  #upstreamEnded = false;

  // 1. A request has come: may it pass, and where to?

  onRequest(bytes: Buffer, from: number, to: number, complete: boolean): void {
    this.begin(true);
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.requestComplete = complete;
    this.requestBytes = this.caller.bodyBytes;
    const { gateway } = this;
    const admission = admit(this, gateway);
    const isKnown = admission.kind !== "identify";
    if (this.recorder !== undefined) this.openRecord(this.recorder, bytes, from, to, isKnown);
    if (isKnown) return this.#proceed(admission);
    this.waitFor(admission.coming, (found) => {
      const next = admission.goOn(found);
      this.openCallerEvidence();
      this.#proceed(next);
    });
  }

  #proceed(admission: Admission): void {
    this.heedTime();
    if (this.bodyDigest !== undefined && !this.beginSignedBody(this.bodyDigest)) return;
    switch (admission.kind) {
      case "pass":
        if (this.chain === undefined) return this.connectOnRecord();
        return this.enterPolicies(() => this.connectChecked());
      case "translate":
        this.translation = admission.translation;
        // Who calls is known later where the message proves it.
        if (this.chain === undefined || this.proof !== undefined) return this.#gather();
        return this.enterPolicies(() => this.#gather());
      case "hub":
        if (this.chain === undefined) return this.#beginHub(admission);
        return this.enterPolicies(() => this.#beginHub(admission));
      case "answer":
        return this.respond(admission.response);
      case "refuse":
        return this.refuse(admission.problem, admission.fields);
    }
  }

  #gather(): void {
    if (this.translation?.takesInputs === true) return this.beginInputs();
    this.gather(this.bytes, this.from, this.to);
    if (!this.requestComplete && this.state === "waiting") this.caller.resume();
  }

  #beginHub({ hub, inParts }: { readonly hub: Hub; readonly inParts: boolean }): void {
    const taken = this.beginHub(hub, inParts);
    if (this.requestComplete || this.state !== "waiting") return;
    if (taken) this.caller.resume();
    else this.caller.pause();
  }

  onMalformedRequest(status: number, detail: string, hasHead = false): void {
    const { recorder } = this;
    if (this.state === "recording") return;
    if (this.state === "free") {
      this.begin(hasHead);
      if (hasHead) noteWhere(this, this.gateway);
      if (recorder !== undefined) this.openRecord(recorder, noBytes, 0, 0, false);
    }
    const problem = malformedRequest(status)(detail);
    if (this.hasAnswer) this.breakOff(problem);
    else this.refuse(problem, malformedFields(status));
  }

  protected begin(hasHead: boolean): void {
    const gateway = this.gateway;
    this.resetRecord(hasHead);
    this.ownLines.begin(gateway.ids, this.caller.head);
    this.snapshot = gateway.snapshot;
    this.state = "waiting";
    this.beginSending();
    this.startedMs = gateway.platform.clock.monotonicMs();
    this.#upstreamEnded = false;
    this.answerHead = undefined;
    this.answeredAtOnce = false;
    this.beginTranslation();
    this.beginPolicies();
    this.beginChecking();
    gateway.observer.onBegin(this);
  }

  // 2. The rest of the request.

  onRequestBody(bytes: Buffer, from: number, to: number): boolean {
    if (this.state === "recording") return true;
    this.requestBytes = this.caller.bodyBytes;
    this.tap?.addRequest(bytes, from, to);
    this.signedBody?.add(bytes, from, to);
    const heeded = this.chain === undefined ? undefined : this.heedRequest(bytes, from, to);
    if (heeded !== undefined) return heeded;
    const upstream = this.upstream;
    const takesInputs = this.translation?.inputs !== undefined;
    if (takesInputs) {
      if (this.state === "free") return true;
    } else if (this.translation !== undefined) this.gather(bytes, from, to);
    else if (this.hub !== undefined) return this.gatherForHub(bytes, from, to);
    if (!takesInputs && (upstream === undefined || this.translation !== undefined)) return true;
    if (this.requestBytes > (this.route as CompiledRoute).service.bodyBytesMax) {
      if (this.state !== "tunnel") this.endWith(bodyTooLarge(this.route as CompiledRoute));
      if (this.state !== "tunnel") return true;
    }
    if (this.signedBody !== undefined) {
      bytes = this.signedBody.keepBack(bytes, from, to);
      from = 0;
      to = bytes.length;
      if (to === 0) return true;
    }
    if (upstream === undefined || takesInputs) return this.passInputs(bytes, from, to);
    this.firstIsAll = false;
    this.streamed ||= !this.keepSent(bytes, from, to);
    if (upstream.sendBody(bytes, from, to)) return true;
    this.requestStoppedMs = this.gateway.clock.nowMs;
    return false;
  }

  onRequestEnd(trailers: ResponseHead | undefined): void {
    if (this.state === "recording") return;
    // What is refused already is refused once.
    if (this.state === "free") this.signedBody = undefined;
    this.requestComplete = true;
    this.requestTrailers = this.translation === undefined ? trailers : undefined;
    if (this.signedBody !== undefined && !this.endBodyInOrder(this.signedBody)) return;
    if (this.isRequestHeld) this.judgeRequest();
    else if (this.state === "tunnel") {
      this.upstream?.sendEnd(undefined);
      if (this.#upstreamEnded && !this.pending) this.finish();
    } else if (this.translation?.inputs !== undefined) this.endInputs();
    else if (this.translation !== undefined) this.translate();
    else if (this.hub !== undefined) this.hub.handle();
    else if (this.upstream !== undefined) this.endRequest();
  }

  // 3. The answer.

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
    this.noteOutcome(head);
    if (this.chain !== undefined && this.#isTakenOver(head)) return true;
    this.status = head.status;
    this.responseBytes = to - from;
    this.bytes = noBytes;
    this.firstByteMs = this.gateway.platform.clock.monotonicMs();
    this.#answerMovedMs = this.gateway.clock.nowMs;
    if (this.translation !== undefined)
      return this.#passed(this.beginTranslated(head, bytes, from, to));
    if (this.chain?.wantsHeld === true && this.holdAnswer(head, bytes, from, to, complete)) {
      return true;
    }
    return this.beginPassed(head, bytes, from, to, complete);
  }

  protected beginPassed(
    head: ResponseHead,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean {
    this.answerHead = head;
    if (this.recorder !== undefined) this.noteAnswer(head, bytes, from, to);
    if (head.status === 101) {
      this.state = "tunnel";
      this.requestComplete = false;
      return this.caller.sendUpgrade(head, this, bytes, from, to);
    }
    this.state = "answering";
    this.answeredAtOnce = complete;
    if (this.chain?.wantsTap === true) {
      this.beginTaps(head.status, forwardedFields(head), this.answerIsFramed(head));
      this.taps?.push(bytes, from, to);
    }
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
    const kept = this.chain === undefined ? undefined : this.keepAnswer(bytes, from, to);
    if (kept !== undefined) return kept;
    this.tap?.addResponse(bytes, from, to);
    this.taps?.push(bytes, from, to);
    return this.#passed(this.caller.sendBody(bytes, from, to));
  }

  /** Whether policies do something else with an instance's answer than pass it on. */
  #isTakenOver(head: ResponseHead): boolean {
    const { chain, attemptBeganMs } = this;
    if (this.endAttempt("answer", head)) return true;
    if (chain?.wantsReply === true && this.translation !== undefined) {
      this.translation.judge = (reply, operation) => this.policiesOnReply(reply, operation);
    }
    if (chain?.wantsAnswer !== true) return false;
    const { status } = head;
    if (status >= 500) this.learnOperation();
    const verdict = this.policiesOnAnswer({
      status,
      field: (name) => head.field(name),
      get fields() {
        return forwardedFields(head);
      },
      dropField: (name) => head.drop(name),
    });
    if (verdict === undefined) return false;
    this.notePresentTried("answer", head, attemptBeganMs);
    if (verdict.kind === "refuse") this.refuse(verdict.problem);
    else this.answerInstead(verdict);
    return true;
  }

  onCallerFlushed(): void {
    this.#answerMovedMs = this.gateway.clock.nowMs;
    this.upstream?.resume();
    this.hub?.flushed();
  }

  protected createInner(caller: CallerEnd): InnerExchange {
    return new Exchange(caller, this.gateway);
  }

  onResponseEnd(trailers: ResponseHead | undefined): void {
    if (this.state === "tunnel") this.#upstreamEnded = true;
    else this.upstream = undefined;
    if (this.translation !== undefined) return this.endTranslated(trailers);
    if (this.chain !== undefined && !this.endCheckedAnswer(trailers)) return;
    this.giveEnd(trailers);
  }

  // 4. What can go wrong.

  onUpstreamFailed(failure: UpstreamFailure): void {
    this.upstream = undefined;
    // A tunnel that has ended in order.
    if (this.state === "free") return;
    if (this.pending) return void (this.requestComplete = true);
    const problem = failureProblem(failure, this);
    if (this.hasAnswer) return this.breakOff(problem);
    const isReached = failure.kind !== "connect" && failure.kind !== "connect-timeout";
    // That a kept connection turned out stale says nothing of the instance.
    const again = this.mayTryAgain(failure);
    if (!again || !isReached) this.noteOutcome(undefined);
    if (again) return this.moveAttempt(isReached);
    if (this.endAttempt(isReached ? "broken" : "unreachable")) return;
    this.refuse(problem);
  }

  onCallerStalled(): void {
    if (this.state === "free") return;
    if (this.pending) return this.giveUp();
    // Nobody broke it: it has been open for as long as it may be without being used.
    if (this.state === "tunnel") {
      this.dropUpstream();
      return this.finish();
    }
    const { bodyIdleMs } = this.gateway.snapshot.revision.configuration.timeouts;
    const detail = `nothing was sent or taken within timeouts.bodyIdleMs: ${bodyIdleMs}`;
    this.endWith(problems["body-timeout"](detail));
  }

  onCallerGone(): void {
    if (this.state === "free") return;
    if (this.goesOnAlone()) return this.onCallerFlushed();
    // A tunnel whose two halves have ended is over in good order.
    const isOver = this.state === "tunnel" && this.#upstreamEnded && this.requestComplete;
    const { cutOff } = this.gateway;
    if (!isOver) this.problem ??= cutOff;
    this.aborted = !isOver && cutOff === undefined;
    this.dropUpstream();
    if (this.status === 0) this.status = cutOff?.definition.httpStatus ?? 499;
    this.finish();
  }

  onTick(nowMs: number): void {
    const { state } = this;
    if (state === "free" || state === "recording" || state === "tunnel") return;
    const { snapshot, draining, cutOff } = this.gateway;
    if (cutOff !== undefined) return this.endWith(cutOff);
    this.hub?.tick(nowMs, this.snapshot === snapshot && !draining);
    if (this.route === undefined) return;
    const { service } = this.route;
    const begun = this.firstByteMs > 0;
    const sinceMs = {
      startedMs: this.startedMs,
      givenMs: this.givenMs,
      allowedMs: this.allowedMs,
      waiting: this.state === "waiting" && this.attempts > 0 ? this.waitingSinceMs : 0,
      // An instance that stops taking the request is waited for as one that does not answer it.
      sent: this.state === "sent" && !begun ? this.requestSentMs || this.requestStoppedMs : 0,
      answering: begun ? this.#answerMovedMs : 0,
    };
    const problem = overdue(service, sinceMs, nowMs);
    if (problem === "connect") {
      this.cancelWaiting();
      this.onUpstreamFailed({ kind: "connect-timeout" });
    } else if (problem !== undefined)
      this.#runOut(this.#isGathering ? neverWhole(problem) : problem);
  }

  /** Whether nothing goes on before the whole request is there, and it is not. */
  get #isGathering(): boolean {
    return this.translation !== undefined && this.attempts === 0 && !this.requestComplete;
  }

  onTimeTick(nowMs: number): void {
    const { state } = this;
    if (state === "free" || state === "recording" || state === "tunnel") return;
    const problem = timeIsUp(this, nowMs);
    if (problem !== undefined) this.endWith(problem);
  }

  /** Another instance may be faster, as long as the whole has time left. */
  #runOut(problem: Problem): void {
    const isAttempt = problem.definition.code === "answer-timeout";
    if (isAttempt) this.noteOutcome(undefined);
    if (isAttempt && !this.hasAnswer && this.endAttempt("timeout")) return;
    this.endWith(problem);
  }

  // 5. The end, always and exactly once.

  protected endWith(problem: Problem): void {
    if (this.hasAnswer) this.breakOff(problem);
    else this.refuse(problem);
  }

  /** Before an answer began: the caller is told in words. */
  protected refuse(problem: Problem, extraFields = ""): void {
    this.dropUpstream();
    this.problem = problem;
    if (this.chain?.wantsProblem === true) {
      const instead = this.policiesOnProblem(problem);
      this.isAnsweredInstead = instead !== undefined;
      if (instead !== undefined) return this.answerInstead(instead);
    }
    if (this.chain !== undefined) this.policiesOnOwnAnswer("unasked");
    this.status = problem.definition.httpStatus;
    const told = tellInDialect(this, problem, this.translation);
    this.respond(
      told ?? problemResponse(problem, this.id),
      extraFields + problemLines(problem, this.snapshot?.identity),
    );
  }

  /** After an answer began: a stream tells it at its end, any other answer is cut off. */
  protected breakOff(problem: Problem): void {
    this.dropUpstream();
    this.problem = problem;
    if (!this.tellBroken(problem)) this.cutOff();
  }
}
