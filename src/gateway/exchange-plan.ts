/** How the request of an exchange is put together: what its connection asks for. */
import type { Instance } from "#configuration/configuration.ts";
import type { CallerEnd, RequestPlan } from "#wire/ends.ts";
import { fieldNames } from "#wire/field-names.ts";
import { framing, type RequestHead, type ResponseHead } from "#wire/head.ts";
import type { CompiledRoute } from "./compile-routes.ts";
import { ExchangeRecord } from "./exchange-record.ts";
import { offersUpgrade, rareLines, writeExactTarget, writeForwardedTarget } from "./forwarding.ts";
import type { GatewayContext } from "./gateway-context.ts";
import type { Recorder } from "./recorder.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Translation } from "./translation.ts";

export class ExchangePlan extends ExchangeRecord implements RequestPlan {
  protected readonly gateway: GatewayContext;
  /** Undefined: the ledger is off. */
  protected readonly recorder: Recorder | undefined;
  /** Whether the end of the answer is held until it is recorded. */
  protected holding = false;
  /** Once there is an answer to pass on. */
  protected answerHead: ResponseHead | undefined;
  /** Field lines that policies add, each ended by CR LF. */
  protected requestLines = "";
  protected answerLines = "";
  /** Those that they add to one attempt. */
  protected sentLines = "";
  /** Tells the instance how long its answer is waited for. */
  protected timeLine = "";
  #translated: RequestHead | undefined;
  /** Whether a translated request goes to the URL of the instance itself. */
  #exactTarget = false;
  decodeAnswer: boolean;
  bodyIsDecoded: boolean;
  upgrade = false;

  constructor(caller: CallerEnd, gateway: GatewayContext) {
    super(caller);
    this.gateway = gateway;
    this.recorder = gateway.recorder;
    this.decodeAnswer = caller.wantsDecodedBody;
    this.bodyIsDecoded = caller.protocol === "HTTP/2";
  }

  /** Returns the head that is sent: the caller's, or the one that its translation made. */
  protected planFor(translation: Translation | undefined): RequestHead {
    const { head, wantsDecodedBody } = this.caller;
    this.#translated = translation?.requestHead;
    this.#exactTarget = (translation ?? (this.route as CompiledRoute)).exactTarget;
    this.decodeAnswer = wantsDecodedBody || translation !== undefined || this.holding;
    this.bodyIsDecoded = translation?.inputs !== undefined || this.caller.protocol === "HTTP/2";
    this.upgrade = translation === undefined && head.upgrade && offersUpgrade(head);
    return this.#translated ?? head;
  }

  /** Whether the request's body comes with chunk framing. */
  protected get requestIsFramed(): boolean {
    const { head, protocol } = this.caller;
    return head.framing === framing.chunked && protocol !== "HTTP/2";
  }

  /** Whether that of an instance's answer does. */
  protected answerIsFramed(head: ResponseHead): boolean {
    return head.framing === framing.chunked && !this.decodeAnswer;
  }

  /** The method in which the instance is asked. */
  protected get sentMethod(): string {
    return (this.#translated ?? this.caller.head).method;
  }

  get host(): string {
    const { authority } = this.instance as Instance;
    const { keepsHost } = this.route as CompiledRoute;
    return keepsHost ? this.caller.head.authority || authority : authority;
  }

  get traced(): boolean {
    return this.ownLines.trace !== undefined;
  }

  writeTarget(out: Buffer, at: number): number {
    const { stripSegments } = this.route as CompiledRoute;
    const instance = this.instance as Instance;
    const translated = this.#translated;
    if (this.#exactTarget) return writeExactTarget(instance, out, at);
    return translated === undefined
      ? writeForwardedTarget(this.caller.head, stripSegments, instance, out, at)
      : writeForwardedTarget(translated, 0, instance, out, at);
  }

  /** Lines of the request as long as it has no answer, then those of the answer. */
  writeLines(out: Buffer, at: number): number {
    const { answerHead } = this;
    if (answerHead !== undefined) {
      at = this.ownLines.writeAnswer(answerHead, out, at);
      if (this.answerLines !== "") at += out.write(this.answerLines, at, "latin1");
      if (answerHead.has(fieldNames.date)) return at;
      // RFC 9110 §6.6.1: an answer without Date gets that of its receipt.
      return at + out.write(`Date: ${this.gateway.httpDate()}\r\n`, at, "latin1");
    }
    const trusted = (this.snapshot as Snapshot).trusts(this.caller.peer);
    at = this.ownLines.writeRequest(this.caller, trusted, out, at);
    if (this.timeLine !== "") at += out.write(this.timeLine, at, "latin1");
    if (this.requestLines !== "") at += out.write(this.requestLines, at, "latin1");
    if (this.sentLines !== "") at += out.write(this.sentLines, at, "latin1");
    const rare = rareLines(this.#translated ?? this.caller.head);
    return rare === "" ? at : at + out.write(rare, at, "latin1");
  }
}
