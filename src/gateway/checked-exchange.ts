/**
 * The part of an exchange that passes while policies read it: its messages are held back whole, up
 * to a limit, shown by what the contract makes of them, and go on as they came.
 */
import type { Problem } from "#base/problem.ts";
import type { Answer, Call, Fault } from "#call/call.ts";
import type { BodyDigest } from "#extension/proof.ts";
import type { HeldAnswer, HeldRequest } from "#extension/policy.ts";
import { framing, type ResponseHead } from "#wire/head.ts";
import { continueHead } from "./admission.ts";
import {
  callOfRoute,
  HeldBody,
  isRead,
  readAnswer,
  readerFor,
  readInputs,
  readOutputs,
  readRequest,
  type PassingInputs,
  type PassingOutputs,
} from "./held-messages.ts";
import { policyFailed } from "./failure.ts";
import { SignedBody } from "./signed-body.ts";
import { StreamingExchange } from "./streaming-exchange.ts";
import type { Translator } from "./translators.ts";

/** Of an answer that is held back. */
interface AnswerHeld {
  readonly head: ResponseHead;
  readonly body: HeldBody;
}

export abstract class CheckedExchange extends StreamingExchange {
  #request: HeldBody | undefined;
  /** Whether it is held back to be read by the contract. */
  #isRead = false;
  #answer: AnswerHeld | undefined;
  #outputs: PassingOutputs | undefined;
  /** What was read of the request. */
  #read: Call | undefined;
  #inputs: PassingInputs | undefined;

  /** Undefined: nothing was signed of it. */
  protected signedBody: SignedBody | undefined;

  protected abstract endWith(problem: Problem): void;
  protected abstract beginPassed(
    head: ResponseHead,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean;

  protected beginChecking(): void {
    this.#request = undefined;
    this.#answer = undefined;
    this.#outputs = undefined;
    this.#read = undefined;
    this.#inputs = undefined;
    this.signedBody = undefined;
  }

  // The request.

  /** @returns false: all of the body is there, and it is not the one that was signed. */
  protected beginSignedBody(digest: BodyDigest): boolean {
    this.signedBody = new SignedBody(digest, this.requestIsFramed, this.limits);
    this.signedBody.add(this.bytes, this.from, this.to);
    return !this.requestComplete || this.#endSignedBody();
  }

  #endSignedBody(): boolean {
    const body = this.signedBody;
    this.signedBody = undefined;
    const problem = body?.end();
    if (problem === undefined) return true;
    this.endWith(problem);
    return false;
  }

  /** The rest of it goes on if it is the one that was signed. */
  protected endBodyInOrder(body: SignedBody): boolean {
    if (!this.#endSignedBody()) return false;
    const kept = body.takeKept();
    if (kept.length === 0) return true;
    this.firstIsAll = false;
    this.streamed ||= !this.keepSent(kept, 0, kept.length);
    if (this.translation?.inputs !== undefined) this.passInputs(kept, 0, kept.length);
    else this.upstream?.sendBody(kept, 0, kept.length);
    return true;
  }

  /** To an instance, once policies have read it where they want to. */
  protected connectChecked(): void {
    const readMax = this.chain?.wantsHeld === true ? this.#requestBytesMax() : 0;
    const wanted = this.chain?.wantsGathered === true ? this.gatheredBytesMax() : 0;
    const bytesMax = Math.max(readMax, wanted);
    if (bytesMax === 0) {
      if (this.#checkInputs(this.bytes, this.from, this.to)) return;
      return this.connectOnRecord();
    }
    this.#isRead = readMax > 0;
    const held = new HeldBody(this.requestIsFramed, bytesMax, this.limits);
    this.#request = held;
    const { caller } = this;
    if (caller.head.expectContinue) {
      // The instance, which else would say so, hears of the request only when it is whole.
      if (this.requestBytes === 0) caller.sendInterim(continueHead);
      caller.head.drop("expect");
    }
    const fits = held.add(this.bytes, this.from, this.to);
    if (this.requestComplete || !fits) this.judgeRequest();
    else caller.resume();
  }

  #requestBytesMax(): number {
    const translator = readerFor(this);
    const { operation, head } = { operation: this.operation, head: this.caller.head };
    if (translator === undefined || head.upgrade) return 0;
    const own = this.heldBytesMax("requests");
    // Inputs that come one by one cannot wait for each other.
    if (operation !== undefined && translator.takesStream(operation)) {
      if (own > 0) this.#inputs = readInputs(this, translator, this.requestIsFramed);
      return 0;
    }
    // Which operation it is, and so what its answer has to be, only the request tells.
    return operation === undefined ? Math.max(own, this.heldBytesMax("answers")) : own;
  }

  /** @returns whether it ends here. */
  #checkInputs(bytes: Buffer, from: number, to: number): boolean {
    for (const input of this.#inputs?.(bytes, from, to) ?? []) {
      const problem = this.policiesOnInput(input);
      // Behind one that cannot be read there is nothing to be read.
      if (input.kind === "fault" || problem !== undefined) this.#inputs = undefined;
      if (problem === undefined) continue;
      this.endWith(problem);
      return true;
    }
    return false;
  }

  protected get isRequestHeld(): boolean {
    return this.#request !== undefined;
  }

  /** @returns whether more can be taken; undefined: these bytes are to go on. */
  protected heedRequest(bytes: Buffer, from: number, to: number): boolean | undefined {
    if (this.#inputs !== undefined && this.state !== "free") {
      return this.#checkInputs(bytes, from, to) ? true : undefined;
    }
    if (this.#request === undefined) return undefined;
    if (!this.#request.add(bytes, from, to)) this.judgeRequest();
    return true;
  }

  /** It is whole, or larger than what is held. */
  protected judgeRequest(): void {
    const held = this.#request as HeldBody;
    this.#request = undefined;
    if (this.state !== "waiting") return;
    const { head } = this.caller;
    this.bytes = held.sent;
    this.from = 0;
    this.to = this.bytes.length;
    // Chunks are made of it where it goes out, and their end comes behind them.
    const isFramedAnew = !this.requestIsFramed && head.framing === framing.chunked;
    if (isFramedAnew || held.isTooLarge) this.firstIsAll = false;
    if (this.#isRead && !this.#isReadAndFine(held)) return;
    if (this.chain?.wantsGathered !== true) return this.connectOnRecord();
    const gathered = { data: held.data, isWhole: !held.isTooLarge };
    this.policiesOnGathered(gathered, () => this.connectOnRecord());
  }

  /** @returns whether it goes on. */
  #isReadAndFine(held: HeldBody): boolean {
    const translator = readerFor(this) as Translator;
    const message: HeldRequest = {
      bytes: held.length,
      isWhole: !held.isTooLarge,
      read: (manner) => {
        const read = readRequest(this, translator, held.data, manner);
        if (!("operation" in read)) return read;
        this.#read = read;
        this.decodedOperation = read.operation.id;
        return read;
      },
    };
    try {
      const verdict = this.policiesOnHeldRequest(message);
      if (verdict === undefined) return true;
      this.obey(verdict);
    } catch (cause) {
      this.refuse(policyFailed(cause));
    }
    return false;
  }

  // The answer.

  /** An answer begins. @returns whether it is held back, or refused. */
  protected holdAnswer(
    head: ResponseHead,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean {
    const bytesMax = this.heldBytesMax("answers");
    const translator = bytesMax === 0 ? undefined : readerFor(this);
    const call = translator && (this.#read ?? callOfRoute(this, translator));
    if (call === undefined || !isRead(head, this.method)) return false;
    const { mode } = call.operation;
    const isFramed = this.answerIsFramed(head);
    if (mode !== "unary" && mode !== "one-way") {
      this.#outputs = readOutputs(head, call, translator as Translator, isFramed, this.limits);
      return this.#checkOutputs(bytes, from, to);
    }
    const body = new HeldBody(isFramed, bytesMax, this.limits);
    // What comes next is read into the same buffer.
    if (!complete) head.bytes = Buffer.from(head.bytes.subarray(0, head.end));
    this.#answer = { head, body };
    if (!body.add(bytes, from, to)) this.#judgeAnswer(undefined, false);
    return true;
  }

  /** @returns whether more can be taken; undefined: these bytes are to go on. */
  protected keepAnswer(bytes: Buffer, from: number, to: number): boolean | undefined {
    if (this.#outputs !== undefined) return this.#checkOutputs(bytes, from, to) ? true : undefined;
    if (this.#answer === undefined) return undefined;
    return this.#answer.body.add(bytes, from, to) || this.#judgeAnswer(undefined, false);
  }

  /** @returns whether it goes on. */
  protected endCheckedAnswer(trailers: ResponseHead | undefined): boolean {
    if (this.#outputs !== undefined) return !this.#judgeOutputs(this.#outputs.last());
    if (this.#answer === undefined) return true;
    this.#judgeAnswer(trailers, true);
    return this.state === "answering";
  }

  /** @returns whether it ends here. */
  #checkOutputs(bytes: Buffer, from: number, to: number): boolean {
    const { outputs } = { outputs: this.#outputs };
    return outputs !== undefined && this.#judgeOutputs(outputs.push(bytes, from, to));
  }

  #judgeOutputs(outputs: readonly (Answer | Fault)[]): boolean {
    for (const output of outputs) {
      const problem = this.policiesOnOutput(output);
      // Behind one that cannot be read there is nothing to be read.
      if (output.kind === "fault" && problem === undefined) this.#outputs = undefined;
      if (problem === undefined) continue;
      this.#outputs = undefined;
      if (this.hasAnswer) this.breakOff(problem);
      else this.refuse(problem);
      return true;
    }
    return false;
  }

  #judgeAnswer(trailers: ResponseHead | undefined, isEnd: boolean): boolean {
    const { head, body } = this.#answer as AnswerHeld;
    this.#answer = undefined;
    const translator = readerFor(this) as Translator;
    const message: HeldAnswer = {
      bytes: body.length,
      isWhole: !body.isTooLarge,
      read: (manner) => {
        const asked = { head, trailers, call: this.#read };
        return readAnswer(this, translator, body.data, asked, manner);
      },
    };
    try {
      const verdict = this.policiesOnHeldAnswer(message);
      if (verdict !== undefined) {
        this.obey(verdict);
        return false;
      }
    } catch (cause) {
      this.refuse(policyFailed(cause));
      return false;
    }
    const { sent } = body;
    return this.beginPassed(head, sent, 0, sent.length, isEnd && trailers === undefined);
  }
}
