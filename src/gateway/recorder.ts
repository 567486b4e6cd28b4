/**
 * What puts exchanges on record, as the gateway sees it. The ledger stands behind it; without one
 * there is no recorder, and exchanges cost what they cost before.
 */
import type { Problem } from "#base/problem.ts";
import type { Call, Reply } from "#call/call.ts";
import type { Service } from "#configuration/configuration.ts";
import type { LateLines } from "#wire/own-lines.ts";
import type { RequestHead, ResponseHead } from "#wire/head.ts";
import type { ExchangeRecord } from "./exchange-record.ts";

/** `service` is undefined for exchanges that match no route, or whose head is none. */
export interface Recorder {
  /** The problem with which exchanges of this service are refused as long as none is recorded. */
  refusal(service: Service | undefined): Problem | undefined;
  /**
   * Whether the ends of this service's answers are kept back until they are recorded. Asked once an
   * exchange, before it is sent anywhere.
   */
  holds(service: Service | undefined): boolean;
  /**
   * Before an exchange with an unsafe method is sent to an instance. "wait": it is not sent before
   * the waiter hears.
   */
  recordIntent(exchange: ExchangeRecord, waiter: RecordWaiter): "go" | "wait";
  /**
   * When the answer has ended or never will: exactly once an exchange, whatever becomes of it. All
   * that is needed of it is to be read now. "wait", for services that it `holds`: the answer's end
   * is kept back until the waiter hears; "go": it leaves at once, without a receipt.
   */
  record(exchange: ExchangeRecord, waiter: RecordWaiter): "go" | "wait";
  /** What wants to see heads and bodies of this exchange; asked once route and caller are known. */
  evidence(exchange: ExchangeRecord): Evidence | undefined;
}

/**
 * After "wait", exactly one of the two is called, once, and later, never before that call returned.
 * It does no harm to call it for an exchange whose caller has gone.
 */
export interface RecordWaiter {
  /** @param receipt the line `Parlance-Receipt`; undefined: there is none in this mode. */
  onRecorded(receipt: LateLines | undefined): void;
  onNotRecorded(): void;
}

/**
 * Sees what passes in one exchange: bodies as data, without chunk framing. Neither heads nor
 * buffers may be kept. What is translated shows as the caller sent it and as the caller gets it.
 */
export interface Evidence {
  requestHead(head: RequestHead): void;
  requestBody(bytes: Buffer, from: number, to: number): void;
  /** That of an instance is without the lines that the gateway adds. */
  responseHead(head: ResponseHead): void;
  responseBody(bytes: Buffer, from: number, to: number): void;
  /** Of a call that the gateway makes itself, for which nobody has sent octets, in their place. */
  call(call: Call): void;
  /** What became of it; not of one whose outputs come one by one. */
  reply(reply: Reply): void;
}
