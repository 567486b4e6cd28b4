/**
 * The part of an exchange that asks a second instance when the first has not answered in time.
 * Whoever answers first is the exchange's attempt from then on; the other one is cancelled.
 */
import type { Cancel } from "#base/platform.ts";
import type { AttemptEnd, Hedge } from "#extension/attempt.ts";
import type { UpstreamEnd, UpstreamFailure } from "#wire/ends.ts";
import type { ResponseHead } from "#wire/head.ts";
import { HedgedAttempt, type Hedged } from "./hedged-attempt.ts";
import { SendingExchange } from "./sending-exchange.ts";

export abstract class HedgingExchange extends SendingExchange implements Hedged {
  /** Undefined: there is to be no second attempt, or it has begun. */
  #stopTimer: Cancel | undefined;
  /** It may have become the present one, which it is until its end. */
  #second: HedgedAttempt | undefined;

  protected override connect(): void {
    if (this.chain?.wantsHedges === true) this.#planSecond();
    super.connect();
  }

  #planSecond(): void {
    // One that had become the present one has failed.
    this.#second = undefined;
    if (this.attempts > 0 || !this.isWhole) return;
    if (this.translation === undefined && this.caller.head.upgrade) return;
    const hedge = this.policiesHedge();
    if (hedge === undefined) return;
    const { timers } = this.gateway.platform;
    this.#stopTimer = timers.after(hedge.afterMs, () => this.#beginSecond(hedge));
  }

  #beginSecond(hedge: Hedge): void {
    this.#stopTimer = undefined;
    if (this.state !== "waiting" && this.state !== "sent") return;
    const target = this.pickOther();
    if (target === undefined || !hedge.take()) return;
    const { url } = target.pool.instance;
    if (!this.mayAttemptAt(url, this.attempts + 1)) return;
    this.attempts++;
    const { platform, clock } = this.gateway;
    const second = new HedgedAttempt(this, target, platform.clock.monotonicMs(), clock.nowMs);
    this.#second = second;
    second.begin();
  }

  sendBeside(second: HedgedAttempt, connection: UpstreamEnd): void {
    const { platform, clock } = this.gateway;
    if (this.recorder !== undefined) second.connectedMs = platform.clock.monotonicMs();
    second.sentMs = clock.nowMs;
    const first = this.instance;
    this.instance = second.target.pool.instance;
    const sent = this.sendOn(connection, true);
    if (second.isPresent) return;
    this.instance = first;
    if (typeof sent === "object") this.refuse(sent);
  }

  answerBy(second: HedgedAttempt): void {
    this.noteTooSlow();
    this.notePresentTried("slower");
    this.#goOnWith(second);
  }

  failBeside(second: HedgedAttempt, { kind }: UpstreamFailure): void {
    const { target, sinceMs } = second;
    this.#second = undefined;
    target.inFlight--;
    const isReached = kind !== "connect" && kind !== "connect-timeout";
    if (!isReached) target.pool.noteUnreachable();
    this.noteOutcomeOf(target, sinceMs, undefined);
    const outcome = isReached ? "broken" : "unreachable";
    this.noteTried(outcome, target.pool.instance, sinceMs);
    this.passOver(target);
    if (this.chain?.wantsAttempts !== true) return;
    this.tellAttemptEnd(outcome, target.pool.instance, sinceMs, false);
  }

  /** The one that is under way besides the present one. */
  get #other(): HedgedAttempt | undefined {
    return this.#second?.isPresent === false ? this.#second : undefined;
  }

  #goOnWith(second: HedgedAttempt): void {
    // It is not to be dropped with the first.
    this.#second = undefined;
    this.changeAttempt(second);
    second.isPresent = true;
    this.#second = second;
  }

  protected override mayTryAgain(failure: UpstreamFailure): boolean {
    // What is under way besides is the next attempt.
    return super.mayTryAgain(failure) && this.#other === undefined;
  }

  protected override endAttempt(outcome: AttemptEnd["outcome"], head?: ResponseHead): boolean {
    const other = this.#other;
    if (other === undefined || outcome === "answer") {
      if (other !== undefined) this.noteTried("slower", other.target.pool.instance, other.sinceMs);
      this.#endSecond();
      return super.endAttempt(outcome, head);
    }
    this.notePresentTried(outcome, head);
    super.endAttempt(outcome, head, false);
    this.#goOnWith(other);
    return true;
  }

  protected override cancelWaiting(): void {
    if (this.#second?.isPresent === true) this.#second.stopWaiting();
    else super.cancelWaiting();
  }

  protected override dropUpstream(): void {
    super.dropUpstream();
    this.#endSecond();
    this.#second = undefined;
  }

  protected override finish(): void {
    super.finish();
    this.#endSecond();
    this.#second = undefined;
  }

  /** Neither is one begun any more, nor goes one on besides the present attempt. */
  #endSecond(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const other = this.#other;
    if (other === undefined) return;
    this.#second = undefined;
    other.cancel();
  }
}
