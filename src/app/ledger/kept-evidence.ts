/**
 * Evidence of one exchange that is kept: its commitments, and copies of heads and bodies, which are
 * masked and encrypted when it is over.
 */
import type { KeepingLimits } from "#base/limits.ts";
import type { Call, Reply } from "#call/call.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";
import type { Evidence } from "#gateway/recorder.ts";
import type { BodyWriter } from "#ledger/bodies/body-writer.ts";
import { ExchangeDigests, type BodyPart } from "#ledger/bodies/exchange-digests.ts";
import { HeldBody, type HeldBytes } from "#ledger/bodies/held-body.ts";
import type { KeptPart } from "#ledger/bodies/keep.ts";
import { keepExchange } from "#ledger/bodies/keep-exchange.ts";
import { maskBody, type BodyForm, type Masked } from "#ledger/bodies/mask-body.ts";
import { maskHead } from "#ledger/bodies/mask-head.ts";
import { commitmentBytes, part, type Part } from "#ledger/bodies/parts.ts";
import type { SensitiveNames } from "#ledger/bodies/sensitive-names.ts";
import type { RequestHead, ResponseHead } from "#wire/head.ts";
import { callHead, callText, replyHead, replyText } from "./call-texts.ts";
import type { CapturePlan } from "./capture-plan.ts";
import { knownLength } from "./digest-evidence.ts";
import type { WorkerSubject } from "./worker-subjects.ts";

/** What all exchanges of a worker share. */
export interface Keeping {
  readonly writer: BodyWriter;
  readonly limits: KeepingLimits;
  readonly held: HeldBytes;
  readonly nowMs: () => number;
  readonly onFailure: (error: unknown) => void;
}

interface HeldHead extends Masked {
  readonly length: number;
  readonly bodyLength: number;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
}

export class KeptEvidence extends ExchangeDigests implements Evidence {
  readonly #exchange: ExchangeRecord;
  readonly #subject: WorkerSubject;
  readonly #plan: CapturePlan;
  readonly #keeping: Keeping;
  readonly #requestBody: HeldBody;
  readonly #responseBody: HeldBody;
  #requestHead: HeldHead | undefined;
  #responseHead: HeldHead | undefined;
  #isOver = false;
  /** Of a call without octets whose reply is awaited. */
  #operation: Operation | undefined;

  constructor(
    exchange: ExchangeRecord,
    subject: WorkerSubject,
    plan: CapturePlan,
    keeping: Keeping,
  ) {
    super(subject.pseudonym, subject.salts, exchange.idBytes);
    const { held, limits } = keeping;
    this.#exchange = exchange;
    this.#subject = subject;
    this.#plan = plan;
    this.#keeping = keeping;
    this.#requestBody = new HeldBody(held, limits.bodyBytesMax);
    this.#responseBody = new HeldBody(held, limits.bodyBytesMax);
  }

  requestHead(head: RequestHead): void {
    this.commitHead(part.requestHead, head.bytes, head.start, head.end);
    const { pathStart, pathEnd, targetEnd } = head;
    const mayHoldMessage = this.#exchange.route?.route.face === "grpc";
    const template = this.#plan.path;
    const target = { pathStart, pathEnd, targetEnd, template, mayHoldMessage };
    this.#requestHead = heldHead(head, maskHead(head, target, this.#plan.headNames));
  }

  requestBody(bytes: Buffer, from: number, to: number): void {
    if (this.#isOver) return;
    this.commitBody(part.requestBody, bytes, from, to, this.#requestHead?.bodyLength ?? -1);
    this.#requestBody.add(bytes, from, to);
  }

  responseHead(head: ResponseHead): void {
    if (this.#isOver) return;
    this.forgetResponseBody();
    this.#responseBody.restart();
    this.commitHead(part.responseHead, head.bytes, head.start, head.end);
    this.#responseHead = heldHead(head, maskHead(head, undefined, this.#plan.headNames));
  }

  responseBody(bytes: Buffer, from: number, to: number): void {
    if (this.#isOver) return;
    this.commitBody(part.responseBody, bytes, from, to, this.#responseHead?.bodyLength ?? -1);
    this.#responseBody.add(bytes, from, to);
  }

  call(call: Call): void {
    const contract = this.#contract();
    if (contract === undefined) return;
    this.#operation = call.operation;
    this.#show(() => {
      const body = callText(contract, call);
      this.requestHead(callHead(this.#exchange.caller.head.path, body.length));
      this.requestBody(body, 0, body.length);
    });
  }

  reply(reply: Reply): void {
    const contract = this.#contract();
    const operation = this.#operation;
    if (contract === undefined || operation === undefined) return;
    this.#operation = undefined;
    this.#show(() => {
      const body = replyText(contract, operation, reply);
      this.responseHead(replyHead(reply, body.length));
      this.responseBody(body, 0, body.length);
    });
  }

  #contract(): Contract | undefined {
    const { snapshot, route } = this.#exchange;
    return route && snapshot?.revision.contracts.get(route.service.name);
  }

  /** Values are of the contract's types; should one be none, it is not kept. */
  #show(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#keeping.onFailure(error);
    }
  }

  /** The exchange is over: keeps it, unless its operation turned out to be one of which less is. */
  end(operation: string | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.endDigests();
    const request = this.#requestBody.take();
    const response = this.#responseBody.take();
    const capture = this.#plan.captureOf(operation);
    if (capture === "none") this.present = 0;
    if (capture !== "full") return;
    try {
      this.#keep(request, response);
    } catch (error) {
      // Its commitments are to what passed then, as where nothing is kept.
      this.#keeping.onFailure(error);
    }
  }

  #keep(request: Buffer, response: Buffer): void {
    const { writer, nowMs } = this.#keeping;
    const fields: string[] = [];
    const { address } = this.#exchange.caller.peer;
    const kept = [
      this.#keptHead(part.requestHead, this.#requestHead, address, fields),
      this.#keptBody(part.requestBody, this.#requestBody, request, this.#requestHead, fields),
      this.#keptHead(part.responseHead, this.#responseHead, "", fields),
      this.#keptBody(part.responseBody, this.#responseBody, response, this.#responseHead, fields),
    ];
    const { id } = this.#exchange;
    const { reference, commitments } = keepExchange(writer, this.#subject, id, kept, nowMs());
    for (const [which, commitment] of commitments.entries()) {
      commitment?.copy(this.commitments, which * commitmentBytes);
    }
    this.bodies = reference;
    this.redactions = [...new Set(fields)].toSorted();
  }

  #keptHead(
    which: Part,
    head: HeldHead | undefined,
    note: string,
    fields: string[],
  ): KeptPart | undefined {
    if (head === undefined) return undefined;
    // gRPC tells in the head what is wrong.
    const isWithheld =
      which === part.responseHead && head.bytes.includes("grpc-message:") && this.#mayQuote();
    fields.push(...head.fields);
    return {
      bytes: isWithheld ? Buffer.alloc(0) : head.bytes,
      fullLength: head.length,
      commitment: this.#commitmentOf(which),
      isMasked: head.fields.length > 0,
      isCut: false,
      isWithheld,
      note,
    };
  }

  #keptBody(
    which: BodyPart,
    { length }: HeldBody,
    bytes: Buffer,
    head: HeldHead | undefined,
    fields: string[],
  ): KeptPart | undefined {
    if (length === 0) return undefined;
    const isCut = bytes.length < length;
    const { contentType, contentEncoding } = head ?? {};
    const form: BodyForm = { contentType, contentEncoding, isCut };
    const names = this.#namesIn(which);
    const isQuoted = which === part.responseBody && this.#mayQuote();
    const masked = isQuoted
      ? undefined
      : maskBody(bytes, form, names, this.#keeping.limits.bodyBytesMax);
    fields.push(...(masked?.fields ?? []));
    return {
      bytes: masked?.bytes ?? Buffer.alloc(0),
      fullLength: length,
      commitment: this.#commitmentOf(which),
      isMasked: masked !== undefined && masked.fields.length > 0,
      isCut,
      isWithheld: masked === undefined,
      note: "",
    };
  }

  /** Connect tells details of a fault in Protocol Buffers within JSON, where names do not stand. */
  #namesIn(which: BodyPart): SensitiveNames {
    const { names } = this.#plan;
    const { fault, route } = this.#exchange;
    const isToldByConnect = which === part.responseBody && route?.route.face === "grpc";
    if (names.isEmpty || fault === undefined || !isToldByConnect) return names;
    return { isEmpty: false, has: (name) => name === "details" || names.has(name) };
  }

  /** What the gateway tells of a sensitive field may quote what it found there. */
  #mayQuote(): boolean {
    const { problem, fault } = this.#exchange;
    const told = problem === undefined ? fault?.message : problem.detail;
    const words = `${(problem ?? fault)?.place ?? ""} ${told ?? ""}`.split(/[^\p{L}\p{N}_-]+/u);
    return words.some(this.#plan.names.has);
  }

  /** To what passed. */
  #commitmentOf(which: Part): Buffer {
    const at = which * commitmentBytes;
    return Buffer.from(this.commitments.subarray(at, at + commitmentBytes));
  }
}

function heldHead(head: RequestHead | ResponseHead, masked: Masked): HeldHead {
  return {
    ...masked,
    length: head.end - head.start,
    bodyLength: knownLength(head),
    contentType: head.field("content-type"),
    contentEncoding: head.field("content-encoding"),
  };
}
