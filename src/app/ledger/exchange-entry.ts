/**
 * The entry of an exchange, encoded from what the gateway knows of it, straight into the ring. Runs
 * for every exchange, so nothing is made that must be collected again. No path, query or address.
 */
import { faultKinds, type FaultKind } from "#base/fault-kind.ts";
import { faultKindOfGrpc } from "#call/fault-table.ts";
import { blames, type Blame } from "#base/fault-kind.ts";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";
import type { Snapshot } from "#gateway/snapshot.ts";
import { commitmentBytes, partNames, type Evidenced } from "#ledger/bodies/parts.ts";
import { EntryWriter } from "#ledger/entry/entry-writer.ts";
import type { EntryClock } from "#ledger/entry/entry-clock.ts";
import { fields, listedTextBytesMax } from "#ledger/entry/fields.ts";
import { fieldNames } from "#wire/field-names.ts";
import { EntryParts, writePlace } from "./entry-parts.ts";

/** An exchange's entry is never longer: the sum of what its fields may have. */
export const exchangeEntryBytesMax = 9_216;

const f = fields;
const partKeys = partNames.map((name) => f[name].key);
const verdicts = { forwarded: 0, answered: 1, refused: 2 } as const;
const protocols = { "HTTP/1.0": 0, "HTTP/1.1": 1, "HTTP/2": 2, TCP: 3 } as const;
const blameCodes = new Map<Blame, number>(blames.map((blame, code) => [blame, code]));
/** 0 is ok. */
const faultKindCodes = new Map<FaultKind, number>(faultKinds.map((kind, code) => [kind, code + 1]));

export class ExchangeEntries {
  readonly #run: number;
  readonly #clock: EntryClock;
  readonly #writer = new EntryWriter();
  readonly #partsOf = new WeakMap<Snapshot, EntryParts>();
  #snapshot: Snapshot | undefined;
  #parts: EntryParts | undefined;

  /** @param run index of the start entry. */
  constructor(run: number, clock: EntryClock) {
    this.#run = run;
    this.#clock = clock;
  }

  /** @returns the offset behind the entry. */
  encodeExchange(
    exchange: ExchangeRecord,
    evidence: Evidenced | undefined,
    out: Buffer,
    at: number,
  ): number {
    const { startedMs, endedMs, firstByteMs, connectedMs } = exchange;
    const parts = this.#partsFor(exchange);
    const writer = this.#begin("exchange", exchange, parts, endedMs, out, at);
    writer.uint(f.totalUs.key, microseconds(endedMs - startedMs));
    if (firstByteMs > 0) writer.uint(f.upstreamUs.key, microseconds(firstByteMs - startedMs));
    if (connectedMs > 0) writer.uint(f.queuedUs.key, microseconds(connectedMs - startedMs));
    this.#writeWhere(exchange, parts);
    const { instance, attempts } = exchange;
    if (instance !== undefined) writer.constant(parts.instanceOf(instance));
    const { route, hubDialect } = exchange;
    if (route !== undefined || hubDialect !== undefined) this.#writeWho(exchange, parts);
    writer.uint(f.verdict.key, verdictOf(exchange));
    if (attempts > 0) writer.uint(f.attempts.key, attempts);
    this.#writeOutcome(exchange);
    this.#writeCorrelation(exchange);
    const { certificate } = exchange.caller.peer;
    if (certificate !== undefined) {
      writer.bytes(f.certificate.key, Buffer.from(certificate.sha256, "hex"));
    }
    if (evidence !== undefined && evidence.present !== 0) this.#writeEvidence(evidence);
    const { decidedBy, reported } = exchange;
    if (decidedBy !== undefined) writer.text(f.policy.key, decidedBy, f.policy.max);
    if (reported !== undefined) {
      const where = `${reported.definition.code} ${reported.place ?? ""}`.trimEnd();
      writer.text(f.reported.key, where, f.reported.max);
    }
    const { triedBefore } = exchange;
    if (triedBefore.length > 0) this.#writeList(f.tried, triedBefore);
    if (exchange.isAnsweredInstead) writer.flag(f.instead.key);
    if (exchange.callerKey > 0) writer.uint(f.callerKey.key, exchange.callerKey);
    return writer.end();
  }

  /** That it is about to be sent to an instance. */
  encodeIntent(exchange: ExchangeRecord, nowMs: number, out: Buffer, at: number): number {
    const parts = this.#partsFor(exchange);
    const writer = this.#begin("intent", exchange, parts, nowMs, out, at);
    this.#writeWhere(exchange, parts);
    if (exchange.route !== undefined) this.#writeWho(exchange, parts);
    this.#writeCorrelation(exchange);
    if (exchange.callerKey > 0) writer.uint(f.callerKey.key, exchange.callerKey);
    return writer.end();
  }

  #partsFor(exchange: ExchangeRecord): EntryParts {
    const snapshot = exchange.snapshot as Snapshot;
    if (snapshot === this.#snapshot && this.#parts !== undefined) return this.#parts;
    let parts = this.#partsOf.get(snapshot);
    if (parts === undefined) this.#partsOf.set(snapshot, (parts = new EntryParts(snapshot)));
    this.#snapshot = snapshot;
    this.#parts = parts;
    return parts;
  }

  #begin(
    kind: "exchange" | "intent",
    exchange: ExchangeRecord,
    parts: EntryParts,
    monotonicMs: number,
    out: Buffer,
    at: number,
  ): EntryWriter {
    const writer = this.#writer;
    this.#clock.stamp(monotonicMs);
    const { timeUs, aheadUs } = this.#clock;
    writer.begin(out, at, kind, this.#run, timeUs);
    if (aheadUs > 0) writer.uint(f.aheadUs.key, aheadUs);
    writer.digits(f.exchange.key, exchange.idBytes);
    writer.bytes(f.revision.key, parts.revisionId);
    return writer;
  }

  #writeWhere(exchange: ExchangeRecord, parts: EntryParts): void {
    const writer = this.#writer;
    const { route, caller, hasHead, decodedOperation } = exchange;
    if (hasHead) {
      const { bytes, methodStart, methodEnd } = caller.head;
      writer.latin1(f.method.key, bytes, methodStart, methodEnd, f.method.max);
    }
    if (route === undefined) return;
    const isOther = decodedOperation !== undefined && decodedOperation !== route.route.operation;
    if (isOther) writePlace(writer, route, decodedOperation);
    else writer.constant(parts.placeOf(route));
  }

  #writeWho({ callerIndex, authentication }: ExchangeRecord, parts: EntryParts): void {
    this.#writer.constant(parts.callerOf(callerIndex, authentication));
  }

  #writeOutcome(exchange: ExchangeRecord): void {
    const writer = this.#writer;
    const { caller, hasHead, problem, fault, answerContentType } = exchange;
    writer.uint(f.status.key, exchange.status);
    writer.uint(f.requestBytes.key, exchange.requestBytes);
    writer.uint(f.responseBytes.key, exchange.responseBytes);
    writer.uint(f.protocol.key, protocols[caller.protocol]);
    if (hasHead) this.#writeRequestType(exchange);
    if (answerContentType !== undefined) {
      writer.text(f.responseType.key, answerContentType, f.responseType.max);
    }
    this.#writeDialects(exchange);
    if (problem !== undefined) writer.text(f.problem.key, problem.definition.code, f.problem.max);
    else if (fault !== undefined) writer.text(f.fault.key, fault.code, f.fault.max);
    const broken = problem?.definition ?? fault;
    if (broken !== undefined) {
      writer.uint(f.faultKind.key, faultKindCodes.get(broken.faultKind) ?? 0);
      writer.uint(f.blame.key, blameCodes.get(broken.blame) ?? 0);
    } else if (exchange.grpcStatus > 0) {
      const kind = faultKindOfGrpc(exchange.grpcStatus);
      writer.uint(f.faultKind.key, faultKindCodes.get(kind) ?? 0);
    }
    if (exchange.aborted) writer.flag(f.aborted.key);
  }

  #writeRequestType({ caller }: ExchangeRecord): void {
    const { head } = caller;
    const name = fieldNames["content-type"];
    if (!head.has(name)) return;
    const at = head.indexOf(name) * 4;
    const { bytes, spans } = head;
    const { key, max } = f.requestType;
    this.#writer.latin1(key, bytes, spans[at + 2] as number, spans[at + 3] as number, max);
  }

  #writeDialects({ route, hubDialect }: ExchangeRecord): void {
    const writer = this.#writer;
    const face = hubDialect ?? route?.route.face;
    if (face !== undefined) writer.text(f.face.key, face, f.face.max);
    const speaks = route?.service.speaks;
    if (speaks !== undefined) writer.text(f.speaks.key, speaks, f.speaks.max);
  }

  #writeCorrelation(exchange: ExchangeRecord): void {
    if (!exchange.hasHead) return;
    const writer = this.#writer;
    const { head } = exchange.caller;
    const { parentSpanId } = exchange;
    if (parentSpanId !== undefined) {
      writer.hex(f.trace.key, exchange.traceId);
      writer.hex(f.parentSpan.key, parentSpanId);
    }
    if (parentSpanId !== undefined || head.has(fieldNames["parlance-exchange"])) {
      const { parentExchangeId } = exchange;
      if (parentExchangeId !== undefined) writer.hex(f.parent.key, parentExchangeId);
    }
    if (head.has(fieldNames["x-request-id"])) {
      const { requestId } = exchange;
      if (requestId !== exchange.id) writer.text(f.requestId.key, requestId, f.requestId.max);
    }
    const idempotencyKey = head.field("idempotency-key");
    if (idempotencyKey !== undefined) {
      writer.text(f.idempotencyKey.key, idempotencyKey, f.idempotencyKey.max);
    }
  }

  #writeEvidence({ subject, present, commitments, bodies, redactions }: Evidenced): void {
    const writer = this.#writer;
    writer.hex(f.subject.key, subject);
    for (let which = 0; which < partKeys.length; which++) {
      if ((present & (1 << which)) === 0) continue;
      const at = which * commitmentBytes;
      writer.bytes(partKeys[which] as number, commitments, at, at + commitmentBytes);
    }
    if (bodies !== undefined) writer.text(f.bodies.key, bodies, f.bodies.max);
    if (redactions.length > 0) this.#writeList(f.redactions, redactions);
  }

  #writeList(
    { key, max }: { readonly key: number; readonly max: number },
    texts: readonly string[],
  ): void {
    this.#writer.texts(key, texts.slice(0, max), listedTextBytesMax);
    if (texts.length > max) this.#writer.noteCut(key);
  }
}

function verdictOf(exchange: ExchangeRecord): number {
  const { attempts, hubCalls, problem, fault, isAnsweredInstead } = exchange;
  if (attempts > 0) return verdicts.forwarded;
  const isAnswered = isAnsweredInstead || hubCalls > 0 || (problem ?? fault) === undefined;
  return isAnswered ? verdicts.answered : verdicts.refused;
}

/** Of clocks that are read at different moments, a later one may seem earlier. */
function microseconds(ms: number): number {
  return Math.max(0, Math.round(ms * 1_000));
}
