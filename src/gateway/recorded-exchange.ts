/**
 * The end of an exchange: it is put on record, exactly once, and its answer's end, where that is
 * held, leaves when the record is durable. Without a recorder it only ends.
 */
import { fieldNames } from "#wire/field-names.ts";
import type { Instance } from "#configuration/configuration.ts";
import type { LateLines } from "#wire/own-lines.ts";
import type { ResponseHead } from "#wire/head.ts";
import type { Problem } from "#base/problem.ts";
import type { Call } from "#call/call.ts";
import { EvidenceTap } from "./evidence-tap.ts";
import { ExchangePlan } from "./exchange-plan.ts";
import { asksWhetherLive } from "./own-addresses.ts";
import { problems } from "./problems.ts";
import type { Recorder, RecordWaiter } from "./recorder.ts";

/**
 * "deciding": a policy waits for something. "intending": nothing is sent to an instance before the
 * intent to do so is durable. "recording": all is over but the record.
 */
type State =
  "free" | "deciding" | "intending" | "waiting" | "sent" | "answering" | "tunnel" | "recording";

/** What becomes of the answer once its record is durable. */
type Ending = "release" | "truncate";

/** An answer up to this size is held whole, so that its receipt can stand in its head. */
const wholeBytesMax = 16 * 1024;

/** `Content-Type` of the last answer: the next one mostly has the same. */
let usualType = "";

/** RFC 9110 §9.2.1, RFC 10008 §2 for QUERY. */
const safeMethods = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"]);

/** So much of a request is kept for another attempt, though it comes behind its head. */
const keptBytesMax = 16 * 1024;

const noBytes: Buffer = Buffer.alloc(0);

/** For exchanges of which nothing is held. */
const nobody: RecordWaiter = { onRecorded: () => undefined, onNotRecorded: () => undefined };

/** Attempts that are noted; a record has room for fewer. */
const triedMax = 16;

export abstract class RecordedExchange extends ExchangePlan implements RecordWaiter {
  protected state: State = "free";
  protected tap: EvidenceTap | undefined;
  protected requestComplete = true;
  /** Whether the answer came in one piece. */
  protected answeredAtOnce = false;
  #recorded = false;
  /** What waits for the record. */
  #ending: Ending | undefined;
  /** What waits for the record of the intent. */
  #intent: RecordWaiter | undefined;

  /** What came with the request's head, kept until an answer begins, for another attempt. */
  protected bytes: Buffer = noBytes;
  protected from = 0;
  protected to = 0;

  /** What is sent behind that, as long as it is little. @returns whether all of it is kept. */
  protected keepSent(bytes: Buffer, from: number, to: number): boolean {
    const length = this.to - this.from + to - from;
    if (this.firstByteMs > 0 || length > keptBytesMax) return false;
    this.bytes = Buffer.concat([this.bytes.subarray(this.from, this.to), bytes.subarray(from, to)]);
    this.from = 0;
    this.to = length;
    return true;
  }

  protected abstract connect(): void;
  protected abstract refuse(problem: Problem): void;

  /** Route and caller are known as far as they are without the body. */
  protected openRecord(
    recorder: Recorder,
    bytes: Buffer,
    from: number,
    to: number,
    isCallerKnown = true,
  ): void {
    this.#recorded = false;
    this.tap = undefined;
    this.evidence = undefined;
    this.connectedMs = 0;
    this.answerContentType = undefined;
    this.grpcStatus = 0;
    const isLiveness = this.hasHead && asksWhetherLive(this.caller.head);
    this.holding = !isLiveness && recorder.holds(this.route?.service);
    if (this.holding) this.caller.holdEnd(wholeBytesMax);
    if (!this.hasHead || this.proof !== undefined || !isCallerKnown) return;
    this.#openEvidence(recorder, bytes, from, to, this.requestIsFramed);
  }

  /** Of a call that the gateway makes itself. */
  protected openCallRecord(recorder: Recorder, call: Call): void {
    this.openRecord(recorder, noBytes, 0, 0, false);
    this.evidence = recorder.evidence(this);
    this.evidence?.call(call);
  }

  /** The caller is known now, or refused; nothing more has come of the request. */
  protected openCallerEvidence(): void {
    const { recorder, bytes, from, to } = this;
    if (recorder === undefined || this.proof !== undefined) return;
    this.#openEvidence(recorder, bytes, from, to, this.requestIsFramed);
  }

  /** Whose data an exchange is, is known late where the message proves who calls. */
  protected openLateEvidence(body: Buffer): void {
    const { recorder } = this;
    if (recorder !== undefined) this.#openEvidence(recorder, body, 0, body.length, false);
  }

  #openEvidence(
    recorder: Recorder,
    bytes: Buffer,
    from: number,
    to: number,
    framed: boolean,
  ): void {
    this.evidence = recorder.evidence(this);
    if (this.evidence === undefined) return;
    this.tap = new EvidenceTap(this.evidence, this.limits);
    this.tap.beginRequest(this.caller.head, framed);
    this.tap.addRequest(bytes, from, to);
  }

  /** An attempt is given up for another one, which began at `sinceMs`; 0: just now. */
  protected noteTried(how: string, instance: Instance | undefined, sinceMs = 0): void {
    if (this.recorder === undefined || instance === undefined) return;
    if (this.triedBefore.length >= triedMax) return;
    const nowMs = this.gateway.platform.clock.monotonicMs();
    const beganMs = sinceMs === 0 ? nowMs : sinceMs;
    const at = `${(beganMs - this.startedMs).toFixed(2)} ${(nowMs - beganMs).toFixed(2)}`;
    this.triedBefore = [...this.triedBefore, `${how} ${at} ${instance.url}`];
  }

  /** An instance's answer begins. */
  protected noteAnswer(head: ResponseHead, bytes: Buffer, from: number, to: number): void {
    const type = head.valueLike(fieldNames["content-type"], usualType);
    if (type !== undefined) usualType = type;
    this.answerContentType = type;
    this.#noteStatus(head);
    this.tap?.beginResponse(head, this.answerIsFramed(head));
    this.tap?.addResponse(bytes, from, to);
  }

  /** In the trailers, or in the head where that is all there is. */
  #noteStatus(head: ResponseHead): void {
    if (this.answerContentType?.startsWith("application/grpc") !== true) return;
    const status = head.field("grpc-status");
    if (status !== undefined && /^\d{1,3}$/.test(status)) this.grpcStatus = Number(status);
  }

  /** To an instance, once the intent is on record where it has to be. */
  protected connectOnRecord(): void {
    const { recorder } = this;
    if (recorder === undefined || safeMethods.has(this.caller.head.method)) this.connect();
    else this.#connectBehindIntent(recorder);
  }

  #connectBehindIntent(recorder: Recorder): void {
    const heard = (recorded: boolean): void => {
      if (this.#intent !== waiter) return;
      this.#intent = undefined;
      if (recorded) this.connect();
      else this.refuse(unavailable("what is to be done cannot be put on record"));
    };
    const waiter = { onRecorded: () => heard(true), onNotRecorded: () => heard(false) };
    if (recorder.recordIntent(this, waiter) === "go") return this.connect();
    this.#intent = waiter;
    this.state = "intending";
    if (!this.requestComplete) this.caller.pause();
  }

  /** Whether the answer's end is held, and its record not yet durable. */
  protected get pending(): boolean {
    return this.#ending !== undefined;
  }

  /** An answer of the gateway's own is the whole answer. */
  protected giveOwn(status: number, reason: string, lines: string, body: Buffer): void {
    if (this.tap !== undefined && !this.#recorded) {
      // Of an answer to HEAD, and of one that is not told, nothing of its body is.
      this.tap.addOwn(status, reason, lines, body.subarray(0, this.responseBytes));
    }
    if (!this.holding) this.finish();
    this.caller.sendOwn(status, reason, lines, body);
    if (this.holding) this.#settle("release");
  }

  /** The instance's answer is whole, or its half of the tunnel is over. */
  protected giveEnd(trailers: ResponseHead | undefined): void {
    if (trailers !== undefined && this.recorder !== undefined) this.#noteStatus(trailers);
    const isTunnel = this.state === "tunnel";
    if (!this.holding && !isTunnel) this.finish();
    this.caller.sendEnd(trailers);
    if (this.holding) this.#settle("release");
    else if (isTunnel && this.requestComplete) this.finish();
  }

  /** The answer will never be whole. */
  protected cutOff(): void {
    if (this.holding) return this.#settle("truncate");
    this.finish();
    this.caller.truncate();
  }

  /** The caller takes nothing of what is there for it. */
  protected giveUp(): void {
    this.aborted = true;
    this.finish();
    this.caller.truncate();
  }

  /** All that will be known of it is known; the caller hears nothing before it is on record. */
  #settle(ending: Ending): void {
    this.#ending = ending;
    if (this.#recorded) return this.#leave(undefined);
    if (this.state !== "tunnel" || ending === "truncate") this.state = "recording";
    this.#intent = undefined;
    if (this.#record(this.recorder as Recorder, this) === "go") this.#leave(undefined);
  }

  onRecorded(receipt: LateLines | undefined): void {
    if (this.pending) this.#leave(receipt);
  }

  onNotRecorded(): void {
    if (!this.pending) return;
    const problem = unavailable("what was done could not be put on record");
    if (this.#ending === "release" && this.caller.holdsWhole) return this.refuse(problem);
    this.problem = problem;
    this.#ending = "truncate";
    this.#leave(undefined);
  }

  #leave(lines: LateLines | undefined): void {
    const ending = this.#ending;
    this.#ending = undefined;
    // The caller's half of a tunnel may outlast the other one.
    if (ending === "truncate" || this.state !== "tunnel" || this.requestComplete) this.finish();
    if (ending === "truncate") this.caller.truncate();
    else this.caller.releaseEnd(lines);
  }

  /** It is over, and nothing waits any more. */
  protected finish(): void {
    if (this.state === "free") return;
    this.state = "free";
    const { recorder } = this;
    if (recorder === undefined) this.#noteEnd();
    else this.#close(recorder);
    this.gateway.observer.onDone(this);
  }

  #close(recorder: Recorder): void {
    this.#ending = undefined;
    this.#intent = undefined;
    if (this.#recorded) this.endedMs = this.gateway.platform.clock.monotonicMs();
    else this.#record(recorder, nobody);
  }

  #record(recorder: Recorder, waiter: RecordWaiter): "go" | "wait" {
    this.#noteEnd();
    this.#recorded = true;
    return recorder.record(this, waiter);
  }

  /** An answer that came in one piece has ended when it began. */
  #noteEnd(): void {
    this.endedMs = this.answeredAtOnce
      ? this.firstByteMs
      : this.gateway.platform.clock.monotonicMs();
  }
}

function unavailable(detail: string): Problem {
  return problems["ledger-unavailable"](detail, { retryAfterS: 1 });
}
