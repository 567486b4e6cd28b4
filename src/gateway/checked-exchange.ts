/**
 * The part of an exchange that passes while policies read it: its messages are held back whole, up
 * to a limit, shown by what the contract makes of them, and go on as they came.
 */
import type { Call } from "#call/call.ts";
import type { HeldAnswer, HeldRequest } from "#extension/policy.ts";
import { framing, type ResponseHead } from "#wire/head.ts";
import { continueHead } from "./admission.ts";
import { callOfRoute, HeldBody, readAnswer, readerFor, readRequest } from "./held-messages.ts";
import { problems } from "./problems.ts";
import { StreamingExchange } from "./streaming-exchange.ts";
import type { Translator } from "./translators.ts";

/** Of an answer that is held back. */
interface AnswerHeld {
  readonly head: ResponseHead;
  readonly body: HeldBody;
}

export abstract class CheckedExchange extends StreamingExchange {
  #request: HeldBody | undefined;
  #answer: AnswerHeld | undefined;
  #read: Call | undefined;

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
    this.#read = undefined;
  }

  // The request.

  /** To an instance, once policies have read it where they want to. */
  protected connectChecked(): void {
    const bytesMax = this.chain?.wantsHeld === true ? this.#requestBytesMax() : 0;
    if (bytesMax === 0) return this.connectOnRecord();
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
    // Inputs that come one by one cannot wait for each other.
    if (operation !== undefined && translator.takesStream(operation)) return 0;
    const own = this.heldBytesMax("requests");
    // Which operation it is, and so what its answer has to be, only the request tells.
    return operation === undefined ? Math.max(own, this.heldBytesMax("answers")) : own;
  }

  protected get isRequestHeld(): boolean {
    return this.#request !== undefined;
  }

  /** @returns whether more can be taken. */
  protected holdRequest(bytes: Buffer, from: number, to: number): boolean {
    if (this.#request?.add(bytes, from, to) === false) this.judgeRequest();
    return true;
  }

  /** It is whole, or larger than what is held. */
  protected judgeRequest(): void {
    const held = this.#request as HeldBody;
    this.#request = undefined;
    if (this.state !== "waiting") return;
    const { head } = this.caller;
    const translator = readerFor(this) as Translator;
    this.bytes = held.sent;
    this.from = 0;
    this.to = this.bytes.length;
    // Chunks are made of it where it goes out, and their end comes behind them.
    const isFramedAnew = !this.requestIsFramed && head.framing === framing.chunked;
    if (isFramedAnew || held.isTooLarge) this.firstIsAll = false;
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
      if (verdict !== undefined) return this.obey(verdict);
    } catch (cause) {
      return this.refuse(problems["gateway-failure"]("a policy failed", { cause }));
    }
    this.connectOnRecord();
  }

  // The answer.

  /** An answer begins. @returns whether it is held back. */
  protected holdAnswer(
    head: ResponseHead,
    bytes: Buffer,
    from: number,
    to: number,
    complete: boolean,
  ): boolean {
    const bytesMax = this.heldBytesMax("answers");
    const translator = bytesMax === 0 ? undefined : readerFor(this);
    if (translator === undefined || !this.#isWholeMessage(head, translator)) return false;
    const body = new HeldBody(this.answerIsFramed(head), bytesMax, this.limits);
    // What comes next is read into the same buffer.
    if (!complete) head.bytes = Buffer.from(head.bytes.subarray(0, head.end));
    this.#answer = { head, body };
    if (!body.add(bytes, from, to)) this.#judgeAnswer(undefined, false);
    return true;
  }

  #isWholeMessage({ status }: ResponseHead, translator: Translator): boolean {
    if (status === 101 || status === 206 || status === 304) return false;
    if (this.method === "HEAD") return false;
    const call = this.#read ?? callOfRoute(this, translator);
    return call?.operation.mode === "unary" || call?.operation.mode === "one-way";
  }

  protected get isAnswerHeld(): boolean {
    return this.#answer !== undefined;
  }

  /** @returns whether more can be taken. */
  protected keepAnswer(bytes: Buffer, from: number, to: number): boolean {
    if (this.#answer?.body.add(bytes, from, to) !== false) return true;
    return this.#judgeAnswer(undefined, false);
  }

  /** @returns whether it goes on. */
  protected endHeldAnswer(trailers: ResponseHead | undefined): boolean {
    this.#judgeAnswer(trailers, true);
    return this.state === "answering";
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
      this.refuse(problems["gateway-failure"]("a policy failed", { cause }));
      return false;
    }
    const { sent } = body;
    return this.beginPassed(head, sent, 0, sent.length, isEnd && trailers === undefined);
  }
}
