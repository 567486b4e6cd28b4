/**
 * The part of an exchange between admission and answer: an instance is chosen, a connection got,
 * the request sent; where that fails, and may be repeated, another one.
 */
import { latin1 } from "#base/latin1.ts";
import type { Problem } from "#base/problem.ts";
import type { Again, AttemptEnd } from "#extension/attempt.ts";
import type { Instance } from "#configuration/configuration.ts";
import type { UpstreamEnd, UpstreamFailure } from "#wire/ends.ts";
import type { RequestHead, ResponseHead } from "#wire/head.ts";
import type { Waiter } from "#wire/pool.ts";
import { scratch } from "#wire/scratch.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import type { HedgedAttempt } from "./hedged-attempt.ts";
import { hashKeyOf } from "./hash-key.ts";
import { HubExchange } from "./hub-exchange.ts";
import { noInstance, policyFailed } from "./failure.ts";
import { deadlinePassed, notAllowed, timeLeft } from "./deadlines.ts";
import type { Balancer } from "./balance.ts";
import type { InstancePool } from "./instances.ts";
import { mayRepeat } from "./repetition.ts";
import { retryAfterOf } from "./retry-after.ts";
import type { Snapshot } from "./snapshot.ts";
import { Target } from "./target.ts";
import { shorter, tellTimeLeft } from "./time-given.ts";
import { createUnframe } from "./unframe.ts";

type AttemptOutcome = AttemptEnd["outcome"] | "stale" | "slower";

const attemptsMax = 3;
/** Instances that policies do not let be asked, before it is given up. */
const passedMax = 16;
const noTargets: readonly Target[] = [];

export abstract class SendingExchange extends HubExchange implements Waiter {
  protected upstream: UpstreamEnd | undefined;
  protected pool: InstancePool | undefined;
  /** Instances that failed this exchange. */
  #tried: readonly Target[] = noTargets;
  #balancer: Balancer | undefined;
  /** Counts the request among those under way there; undefined: it is none. */
  #target: Target | undefined;
  protected firstIsAll = true;
  protected requestTrailers: ResponseHead | undefined;
  protected streamed = false;
  /** Whether a kept connection turned out stale, so that the next one has to be new. */
  #stale = false;
  protected waitingSinceMs = 0;
  protected requestSentMs = 0;
  /** Since when the instance takes nothing more of the request; 0: it does. */
  protected requestStoppedMs = 0;
  /** When the present attempt began; 0: no policy wants to know, or it is over. */
  #attemptMs = 0;

  abstract onInterim(head: ResponseHead): void;
  abstract onResponse(
    head: ResponseHead,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean;
  abstract onResponseBody(bytes: Buffer, from: number, to: number): boolean;
  abstract onResponseEnd(trailers: ResponseHead | undefined): void;
  abstract onUpstreamFailed(failure: UpstreamFailure): void;

  protected beginSending(): void {
    this.waitingSinceMs = this.gateway.clock.nowMs;
    this.#tried = noTargets;
    this.firstIsAll = true;
    this.requestTrailers = undefined;
    this.#stale = false;
    this.timeLine = "";
    this.requestSentMs = 0;
    this.requestStoppedMs = 0;
    this.#attemptMs = 0;
  }

  protected connect(): void {
    const { serviceIndex } = this.route as CompiledRoute;
    const balancer = (this.snapshot as Snapshot).balancers[serviceIndex] as Balancer;
    this.#letGo();
    const target = this.#choose(balancer);
    if (!(target instanceof Target)) return this.refuse(target);
    const { pool } = target;
    this.#balancer = balancer;
    this.#target = target;
    target.inFlight++;
    this.pool = pool;
    this.attempts++;
    this.instance = pool.instance;
    this.connectedMs = 0;
    this.state = "waiting";
    const isTimed =
      this.recorder !== undefined || this.chain?.wantsAttempts === true || balancer.wantsLatency;
    if (isTimed) this.#attemptMs = this.gateway.platform.clock.monotonicMs();
    this.waitingSinceMs = this.gateway.clock.nowMs;
    const connection = pool.connections.acquire(this, this.#stale);
    if (connection !== undefined) this.#connected(connection, this.#attemptMs);
    else if (!this.requestComplete) this.caller.pause();
  }

  /** One that policies let be asked; or why there is none. */
  #choose(balancer: Balancer): Target | Problem {
    let target = this.#pick(balancer, this.#tried);
    if (this.chain?.wantsAttempts !== true) return target ?? noInstance(this.serviceName);
    const passed: Target[] = [];
    let refused: Problem | undefined;
    while (target !== undefined && passed.length < passedMax) {
      const { url } = target.pool.instance;
      const verdict = this.policiesOnAttempt({ number: this.attempts + 1, instance: url });
      if (verdict === undefined) {
        // That others were refused has decided nothing.
        if (refused !== undefined) this.decidedBy = undefined;
        return target;
      }
      if (!verdict.onlyHere) return verdict.problem;
      this.noteTried("passed-over", target.pool.instance);
      refused ??= verdict.problem;
      passed.push(target);
      // Who has failed before is better than nobody.
      target = this.#pick(balancer, [...this.#tried, ...passed]) ?? this.#pick(balancer, passed);
    }
    return refused ?? noInstance(this.serviceName);
  }

  #pick(balancer: Balancer, tried: readonly Target[]): Target | undefined {
    const { hashBy } = balancer;
    return balancer.pick(tried, hashBy === undefined ? undefined : hashKeyOf(this, hashBy));
  }

  onConnected(connection: UpstreamEnd): void {
    this.#connected(connection, this.gateway.platform.clock.monotonicMs());
  }

  #connected(connection: UpstreamEnd, nowMs: number): void {
    if (this.recorder !== undefined) this.connectedMs = nowMs;
    this.upstream = connection;
    this.state = "sent";
    this.streamed = false;
    this.requestStoppedMs = 0;
    // A body that came whole with its head is a whole request, its trailers apart.
    const whole = this.isWhole;
    const taken = this.sendOn(connection, whole);
    if (typeof taken === "object") return this.refuse(taken);
    if (this.upstream !== connection) return;
    if (whole) this.requestSentMs = this.gateway.clock.nowMs;
    else if (this.requestComplete) this.endRequest();
    else if (taken) this.caller.resume();
    else {
      this.requestStoppedMs = this.gateway.clock.nowMs;
      this.caller.pause();
    }
  }

  /** What `instance` is asked. @returns whether it takes more, or why it is not sent. */
  protected sendOn(connection: UpstreamEnd, whole: boolean): boolean | Problem {
    const head = this.planFor(this.translation);
    const wholeMs = shorter(this.givenMs, this.allowedMs);
    const late = wholeMs === undefined ? undefined : this.#tellTimeLeft(wholeMs, head);
    if (late !== undefined) return late;
    const failed = this.chain?.wantsSend === true ? this.#tellSent(head, whole) : undefined;
    if (failed !== undefined) return failed;
    return connection.sendHead(head, this, this.bytes, this.from, this.to, whole);
  }

  /** @returns why it is not sent: nothing is left of it. */
  #tellTimeLeft(wholeMs: number, head: RequestHead): Problem | undefined {
    const { service } = this.route as CompiledRoute;
    const passedMs = this.gateway.platform.clock.monotonicMs() - this.startedMs;
    const leftMs = timeLeft(wholeMs, service, passedMs);
    if (leftMs <= 0) {
      const isGiven = wholeMs === this.givenMs;
      return isGiven ? deadlinePassed(wholeMs) : notAllowed(wholeMs);
    }
    this.timeLine = tellTimeLeft(head, leftMs);
    return undefined;
  }

  /** @returns why it is not sent: a policy failed. */
  #tellSent(head: RequestHead, whole: boolean): Problem | undefined {
    this.sentLines = "";
    const { scheme } = this.instance as Instance;
    // Without HTTP there is no place for anything.
    if (scheme === "tcp") return undefined;
    const isFramed = this.translation === undefined && this.requestIsFramed;
    const unframe = createUnframe(isFramed, this.limits);
    try {
      this.policiesOnSend({
        method: head.method,
        scheme,
        authority: this.host,
        target: latin1(scratch(), 0, this.writeTarget(scratch(), 0)),
        body: whole ? unframe(this.bytes, this.from, this.to) : undefined,
        field: (name) => head.field(name),
        addField: (name, value) => void (this.sentLines += `${name}: ${value}\r\n`),
        dropField: (name) => head.dropAlike(name),
      });
      return undefined;
    } catch (cause) {
      return policyFailed(cause);
    }
  }

  onUpstreamFlushed(): void {
    this.requestStoppedMs = 0;
    if (!this.requestComplete || this.state === "tunnel") this.caller.resume();
  }

  protected endRequest(): void {
    this.requestSentMs = this.gateway.clock.nowMs;
    this.upstream?.sendEnd(this.requestTrailers);
  }

  protected sendTranslated(body: Buffer): void {
    this.bytes = body;
    this.from = 0;
    this.to = body.length;
    this.firstIsAll = this.translation?.inputs === undefined;
    this.requestTrailers = undefined;
    this.connectOnRecord();
  }

  protected mayTryAgain(failure: UpstreamFailure): boolean {
    if (this.attempts >= attemptsMax || this.firstByteMs > 0) return false;
    if (failure.kind === "connect" || failure.kind === "connect-timeout") {
      this.pool?.noteUnreachable();
      const tried = this.#target === undefined ? this.#tried : [...this.#tried, this.#target];
      if (!this.#hasOther(tried)) return false;
      this.#tried = tried;
      return true;
    }
    if (this.streamed || !mayRepeat(failure, this.sentMethod)) return false;
    // The same instance may come again: only the connection was stale.
    this.#stale = true;
    return true;
  }

  /** @returns whether a policy has it tried again, which it may not where `isOver` is false. */
  protected endAttempt(
    outcome: AttemptEnd["outcome"],
    head?: ResponseHead,
    isOver = true,
  ): boolean {
    if (this.#attemptMs === 0 || this.chain?.wantsAttempts !== true) return false;
    const sinceMs = this.#attemptMs;
    this.#attemptMs = 0;
    const repeatable = isOver && this.isWhole && !this.hasAnswer;
    const again = this.tellAttemptEnd(outcome, this.instance, sinceMs, repeatable, head);
    if (again === undefined || !repeatable) return false;
    const target = this.#target;
    this.notePresentTried(outcome, head, sinceMs);
    this.dropUpstream();
    if (target !== undefined) this.passOver(target);
    if (again.afterMs <= 0) this.connect();
    else this.pauseFor(again.afterMs, () => this.connect());
    return true;
  }

  /** 0: nobody wants to know, or it is over. */
  protected get attemptBeganMs(): number {
    return this.#attemptMs;
  }

  /** For the record: the present attempt is given up for another one. */
  protected notePresentTried(
    outcome: AttemptOutcome,
    head?: ResponseHead,
    sinceMs = this.#attemptMs,
  ): void {
    const how = outcome === "answer" ? String(head?.status ?? 0) : outcome;
    this.noteTried(how, this.#target?.pool.instance, sinceMs);
  }

  /** The present attempt is made anew. */
  protected moveAttempt(wasReached: boolean): void {
    this.notePresentTried(wasReached ? "stale" : "unreachable");
    if (this.#attemptMs !== 0 && this.chain?.wantsAttempts === true) {
      const instance = this.instance?.url ?? "";
      this.policiesOnAttemptMoved({ number: this.attempts, instance, wasReached });
    }
    this.connect();
  }

  protected tellAttemptEnd(
    outcome: AttemptEnd["outcome"],
    instance: Instance | undefined,
    sinceMs: number,
    repeatable: boolean,
    head?: ResponseHead,
  ): Again | undefined {
    return this.policiesOnAttemptEnd({
      number: this.attempts,
      instance: instance?.url ?? "",
      outcome,
      status: head?.status ?? 0,
      tookMs: this.gateway.platform.clock.monotonicMs() - sinceMs,
      retryAfterS: head === undefined ? undefined : retryAfterOf(head),
      repeatable,
    });
  }

  /** Whether all of the request came with its head, without trailers. */
  protected get isWhole(): boolean {
    return this.requestComplete && this.firstIsAll && this.requestTrailers === undefined;
  }

  /** Another instance is asked next, if there is one; who was tried before may be it. */
  protected passOver(target: Target): void {
    const tried = [[...this.#tried, target], [target]].find((some) => this.#hasOther(some));
    this.#tried = tried ?? noTargets;
  }

  #hasOther(tried: readonly Target[]): boolean {
    return (this.snapshot as Snapshot).hasOther(this.route as CompiledRoute, tried);
  }

  /** Whether the caller has got anything of an answer. */
  protected get hasAnswer(): boolean {
    if (this.state === "answering") return !this.caller.holdsWhole;
    return this.state === "tunnel";
  }

  protected dropUpstream(): void {
    if (this.state === "waiting") this.cancelWaiting();
    this.upstream?.abort();
    this.upstream = undefined;
    this.#letGo();
  }

  /** No connection is waited for any more. */
  protected cancelWaiting(): void {
    this.pool?.connections.cancel(this);
  }

  /** An instance that is well, besides the present one; undefined: there is none. */
  protected pickOther(): Target | undefined {
    const present = this.#target;
    if (this.#balancer === undefined || present === undefined) return undefined;
    const other = this.#pick(this.#balancer, [...this.#tried, present]);
    return other?.isUsable(this.gateway.clock.nowMs) === true ? other : undefined;
  }

  /** Another attempt takes the place of the present one, which is dropped. */
  protected changeAttempt(other: HedgedAttempt): void {
    const dropped = this.#target;
    if (dropped !== undefined) this.passOver(dropped);
    this.dropUpstream();
    this.#target = other.target;
    this.#attemptMs = other.sinceMs;
    this.pool = other.target.pool;
    this.instance = other.target.pool.instance;
    this.upstream = other.connection;
    this.state = other.connection === undefined ? "waiting" : "sent";
    this.waitingSinceMs = other.waitingSinceMs;
    this.requestSentMs = other.sentMs;
    this.requestStoppedMs = 0;
    if (this.recorder !== undefined) this.connectedMs = other.connectedMs;
  }

  protected override finish(): void {
    super.finish();
    this.#letGo();
  }

  #letGo(): void {
    if (this.#target === undefined) return;
    this.#target.inFlight--;
    this.#target = undefined;
  }

  /** What an answer, or none, says of the instance. */
  protected noteOutcome(head: ResponseHead | undefined): void {
    if (this.#target !== undefined) this.noteOutcomeOf(this.#target, this.#attemptMs, head);
  }

  protected noteOutcomeOf(target: Target, sinceMs: number, head: ResponseHead | undefined): void {
    const balancer = this.#balancer;
    if (balancer === undefined) return;
    const status = head?.status ?? 0;
    // 501 is about the request.
    const failed = status === 0 || (status >= 500 && status !== 501);
    if (balancer.note(target, failed)) {
      const why = "it failed too many requests in a row";
      this.gateway.observer.onInstance?.(this.serviceName, target, why);
    }
    this.#noteLatency(target, sinceMs);
  }

  /** The present attempt is given up: it would have taken longer. */
  protected noteTooSlow(): void {
    if (this.#target !== undefined) this.#noteLatency(this.#target, this.#attemptMs);
  }

  #noteLatency(target: Target, sinceMs: number): void {
    if (this.#balancer?.wantsLatency !== true) return;
    const nowMs = this.gateway.platform.clock.monotonicMs();
    target.noteLatency(nowMs - sinceMs, nowMs);
  }
}
