/** A recorder whose records become durable, or fail, when the test says so. */
import type { Service } from "#configuration/configuration.ts";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";
import { problems } from "#gateway/problems.ts";
import { lateLines } from "./late-lines.ts";
import type { LateLines } from "#wire/own-lines.ts";
import type { Evidence, Recorder, RecordWaiter } from "#gateway/recorder.ts";

/** What an exchange said of itself when it was put on record. */
export interface HandRecord {
  readonly id: string;
  readonly status: number;
  readonly code: string | undefined;
  readonly service: string | undefined;
  readonly operation: string | undefined;
  readonly aborted: boolean;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly answerContentType: string | undefined;
  readonly parent: string | undefined;
}

export interface HandRecorder extends Recorder {
  /** Of all exchanges in the order of their ends. */
  readonly records: readonly HandRecord[];
  /** Intents so far. */
  readonly intents: readonly string[];
  /** Records and intents that somebody waits for. */
  readonly waiting: () => number;
  /** The one that waits longest is durable, or never will be. */
  readonly settle: (receipt?: string | "failed") => void;
  readonly settleAll: (receipt?: string | "failed") => void;
  /** Whether new exchanges are refused. */
  refuses: boolean;
  /** "none": nothing is held, as of a relaxed service. */
  mode: "strict" | "intent" | "none";
  /** Whether what is put on record is durable at once, so that nobody waits. */
  atOnce: boolean;
  evidenceOf: (exchange: ExchangeRecord) => Evidence | undefined;
}

export const testReceipt = '"parlance/test";index=7;leaf=:AAAA:';

function receiptLine(receipt: string): LateLines {
  return lateLines(`Parlance-Receipt: ${receipt}\r\n`);
}

export function createHandRecorder(): HandRecorder {
  const records: HandRecord[] = [];
  const intents: string[] = [];
  const waiters: RecordWaiter[] = [];
  const waitFor = (waiter: RecordWaiter): "go" | "wait" => {
    if (recorder.mode === "none" || recorder.atOnce) return "go";
    waiters.push(waiter);
    return "wait";
  };
  const recorder: HandRecorder = {
    records,
    intents,
    refuses: false,
    mode: "strict",
    atOnce: false,
    evidenceOf: () => undefined,
    waiting: () => waiters.length,
    settle(receipt = testReceipt) {
      const waiter = waiters.shift();
      if (receipt === "failed") waiter?.onNotRecorded();
      else waiter?.onRecorded(receipt === "" ? undefined : receiptLine(receipt));
    },
    settleAll(receipt) {
      while (waiters.length > 0) recorder.settle(receipt);
    },
    refusal: (service: Service | undefined) =>
      recorder.refuses && service !== undefined
        ? problems["ledger-unavailable"]("the test says so")
        : undefined,
    holds: () => recorder.mode !== "none",
    recordIntent(exchange, waiter) {
      if (recorder.mode !== "intent") return "go";
      intents.push(exchange.id);
      return waitFor(waiter);
    },
    record(exchange, waiter) {
      records.push(noteOf(exchange));
      return waitFor(waiter);
    },
    evidence: (exchange) => recorder.evidenceOf(exchange),
  };
  return recorder;
}

function noteOf(exchange: ExchangeRecord): HandRecord {
  return {
    id: exchange.id,
    status: exchange.status,
    code: exchange.problem?.definition.code ?? exchange.fault?.code,
    service: exchange.route?.service.name,
    operation: exchange.operation,
    aborted: exchange.aborted,
    requestBytes: exchange.requestBytes,
    responseBytes: exchange.responseBytes,
    answerContentType: exchange.answerContentType,
    parent: exchange.parentExchangeId,
  };
}
