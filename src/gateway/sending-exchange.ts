/**
 * The part of an exchange between admission and answer: an instance is chosen, a connection got,
 * the request sent; where that fails, and may be repeated, another one.
 */
import type { AttemptEnd } from "#extension/policy.ts";
import type { UpstreamEnd, UpstreamFailure } from "#wire/ends.ts";
import type { ResponseHead } from "#wire/head.ts";
import type { Waiter } from "#wire/pool.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { HubExchange } from "./hub-exchange.ts";
import type { InstancePool } from "./instances.ts";
import { problems } from "./problems.ts";
import { mayRepeat } from "./repetition.ts";
import type { Snapshot } from "./snapshot.ts";

const attemptsMax = 3;
const noPools: readonly InstancePool[] = [];

export abstract class SendingExchange extends HubExchange implements Waiter {
  protected upstream: UpstreamEnd | undefined;
  protected pool: InstancePool | undefined;
  /** Instances that failed this exchange. */
  #tried: readonly InstancePool[] = noPools;
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
    this.#tried = noPools;
    this.firstIsAll = true;
    this.requestTrailers = undefined;
    this.#stale = false;
    this.requestSentMs = 0;
    this.requestStoppedMs = 0;
    this.#attemptMs = 0;
  }

  protected connect(): void {
    const { serviceIndex } = this.route as CompiledRoute;
    const pool = (this.snapshot as Snapshot).balancers[serviceIndex]?.pick(this.#tried);
    if (pool === undefined) {
      const name = this.route?.service.name ?? "";
      return this.refuse(problems["instance-unreachable"](`service ${name} has no instance`));
    }
    this.pool = pool;
    this.attempts++;
    this.instance = pool.instance;
    this.state = "waiting";
    if (this.chain?.wantsAttempts === true) {
      const refused = this.policiesOnAttempt(this.attempts);
      if (refused !== undefined) return this.refuse(refused.problem);
      this.#attemptMs = this.gateway.platform.clock.monotonicMs();
    }
    this.waitingSinceMs = this.gateway.clock.nowMs;
    const connection = pool.connections.acquire(this, this.#stale);
    if (connection !== undefined) this.onConnected(connection);
    else if (!this.requestComplete) this.caller.pause();
  }

  onConnected(connection: UpstreamEnd): void {
    if (this.recorder !== undefined) this.noteConnected();
    this.upstream = connection;
    this.state = "sent";
    this.streamed = false;
    this.requestStoppedMs = 0;
    const head = this.planFor(this.translation);
    // A body that came whole with its head is a whole request, its trailers apart.
    const whole = this.requestComplete && this.firstIsAll && this.requestTrailers === undefined;
    const taken = connection.sendHead(head, this, this.bytes, this.from, this.to, whole);
    if (this.upstream !== connection) return;
    if (whole) this.requestSentMs = this.gateway.clock.nowMs;
    else if (this.requestComplete) this.endRequest();
    else if (taken) this.caller.resume();
    else {
      this.requestStoppedMs = this.gateway.clock.nowMs;
      this.caller.pause();
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
    this.firstIsAll = true;
    this.requestTrailers = undefined;
    this.connectOnRecord();
  }

  protected mayTryAgain(failure: UpstreamFailure): boolean {
    if (this.attempts >= attemptsMax || this.firstByteMs > 0) return false;
    if (failure.kind === "connect" || failure.kind === "connect-timeout") {
      this.pool?.noteUnreachable();
      if (this.pool !== undefined) this.#tried = [...this.#tried, this.pool];
      return (this.snapshot as Snapshot).hasOther(this.route as CompiledRoute, this.#tried);
    }
    if (this.streamed || !mayRepeat(failure, this.sentMethod)) return false;
    // The same instance may come again: only the connection was stale.
    this.#stale = true;
    return true;
  }

  /** @returns whether a policy has it tried again. */
  protected endAttempt(outcome: AttemptEnd["outcome"], head?: ResponseHead): boolean {
    if (this.#attemptMs === 0) return false;
    const tookMs = this.gateway.platform.clock.monotonicMs() - this.#attemptMs;
    this.#attemptMs = 0;
    const isWhole = this.requestComplete && this.firstIsAll && !this.requestTrailers;
    const repeatable = isWhole && !this.hasAnswer;
    const instance = this.instance?.url ?? "";
    const again = this.policiesOnAttemptEnd({
      number: this.attempts,
      instance,
      outcome,
      status: head?.status ?? 0,
      tookMs,
      retryAfterS: head === undefined ? undefined : retryAfterOf(head),
      repeatable,
    });
    if (again === undefined || !repeatable) return false;
    this.dropUpstream();
    if (this.pool !== undefined) this.#passOver(this.pool);
    if (again.afterMs <= 0) this.connect();
    else this.pauseFor(again.afterMs, () => this.connect());
    return true;
  }

  /** Another instance is asked next, if there is one. */
  #passOver(pool: InstancePool): void {
    const tried = [...this.#tried, pool];
    if ((this.snapshot as Snapshot).hasOther(this.route as CompiledRoute, tried)) {
      this.#tried = tried;
    }
  }

  /** Whether the caller has got anything of an answer. */
  protected get hasAnswer(): boolean {
    if (this.state === "answering") return !this.caller.holdsWhole;
    return this.state === "tunnel";
  }

  protected dropUpstream(): void {
    if (this.state === "waiting") this.pool?.connections.cancel(this);
    this.upstream?.abort();
    this.upstream = undefined;
  }
}

/** RFC 9110 §10.2.3; a date says nothing that clocks which differ could agree on. */
function retryAfterOf(head: ResponseHead): number | undefined {
  const value = head.field("retry-after");
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
