/** Puts the exchanges of one worker on record: the gateway's `Recorder`, with the ledger behind. */
import { defaultKeepingLimits } from "#base/limits.ts";
import type { Log } from "#base/log.ts";
import { atTurnEnd, nodeDisk, type Platform } from "#base/platform.ts";
import type { Problem } from "#base/problem.ts";
import type { RecordMode, Revision, Service } from "#configuration/configuration.ts";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";
import { problems } from "#gateway/problems.ts";
import type { Recorder, RecordWaiter } from "#gateway/recorder.ts";
import { Bell } from "#ledger/commit/bell.ts";
import { CommitQueue, type Dropped, type WaitFor } from "#ledger/commit/commit-queue.ts";
import { EntryClock } from "#ledger/entry/entry-clock.ts";
import { EntryWriter } from "#ledger/entry/entry-writer.ts";
import { fields } from "#ledger/entry/fields.ts";
import { ExchangeEntries, exchangeEntryBytesMax } from "./exchange-entry.ts";
import { openEvidence, type ExchangeEvidence } from "./exchange-evidence.ts";
import { ReceiptLine } from "./receipt-line.ts";
import { createWaitMeter } from "./wait-meter.ts";
import type { WorkerLedger } from "./ledger-messages.ts";

const waitFor: Readonly<Record<RecordMode, WaitFor>> = {
  strict: "durable",
  intent: "durable",
  written: "written",
  relaxed: "nothing",
};
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "QUERY"]);
const retryAfterS = 1;
const ringFull = "the ledger did not keep up";

export interface WorkerRecorder extends Recorder {
  /** The revision that exchanges without a service belong to. */
  expect(revision: Revision): void;
  /** Once a second: callers may have gone since the last exchange. */
  refresh(): void;
}

/** @param callers how many exchanges callers have had at once, lately. */
export function createRecorder(
  { clock, random }: Pick<Platform, "clock" | "random">,
  log: Log,
  ledger: WorkerLedger,
  callers: () => number,
): WorkerRecorder {
  const { origin, run, floorUs } = ledger;
  const bell = new Bell(ledger.bell);
  const entryClock = new EntryClock(clock, floorUs);
  const entries = new ExchangeEntries(run, entryClock);
  const gaps = new EntryWriter();
  const evidence = openEvidence({
    ...{ disk: nodeDisk, random, clock, limits: defaultKeepingLimits },
    ...{ ledger: ledger.path, worker: ledger.worker, ...ledger.bodies },
    onFailure: (reason) => log.error("ledger-capture-failed", reason, { reason }),
  });
  const waits = createWaitMeter(ledger.waits);
  const idBytes = Buffer.alloc(16);
  let generalMode: RecordMode = "strict";
  const receipt = new ReceiptLine(origin);

  const queue = new CommitQueue<RecordWaiter>({
    memory: ledger.ring,
    bell,
    entryBytesMax: exchangeEntryBytesMax,
    nowMs: clock.monotonicMs,
    callers,
    tell: {
      committed: (waiter, index, hashes, at) => waiter.onRecorded(receipt.tell(index, hashes, at)),
      // No promise that it is still there after a power cut, so no receipt.
      written: (waiter) => waiter.onRecorded(undefined),
      notCommitted: (waiter, waited) => {
        if (waited === "durable") waiter.onNotRecorded();
        else waiter.onRecorded(undefined);
      },
    },
    onWaited: (ms) => waits.add(ms),
    atTurnEnd,
    encodeGap,
  });
  queue.listen();

  function encodeGap({ count, exchanges, sinceUs }: Dropped, out: Buffer, at: number): number {
    entryClock.stamp(clock.monotonicMs());
    gaps.begin(out, at, "gap", run, entryClock.timeUs);
    if (entryClock.aheadUs > 0) gaps.uint(fields.aheadUs.key, entryClock.aheadUs);
    gaps.text(fields.reason.key, ringFull, fields.reason.max);
    gaps.uint(fields.count.key, count);
    gaps.ids(fields.exchanges.key, exchanges);
    if (exchanges.length < count) gaps.noteCut(fields.exchanges.key);
    gaps.uint(fields.sinceUs.key, sinceUs);
    gaps.uint(fields.worker.key, ledger.worker);
    return gaps.end();
  }

  function modeOf(service: Service | undefined): RecordMode {
    return service?.ledger?.mode ?? generalMode;
  }

  function send(
    exchange: ExchangeRecord,
    waiter: RecordWaiter,
    end: number,
    until: WaitFor,
    nowMs: number,
  ): "go" | "wait" {
    const waiting = until === "nothing" ? undefined : waiter;
    const { timeUs } = entryClock;
    if (queue.isRingFull) idBytes.write(exchange.id, "hex");
    const isOnItsWay = queue.commit(end, until, waiting, nowMs, timeUs, idBytes);
    if (until === "nothing" || (until === "written" && !isOnItsWay)) return "go";
    // Who waits is told later, never before this returns.
    if (!isOnItsWay) queueMicrotask(() => waiter.onNotRecorded());
    return "wait";
  }

  return {
    expect(revision) {
      generalMode = revision.configuration.ledger?.mode ?? generalMode;
    },
    refresh: () => queue.poll(),
    refusal(service): Problem | undefined {
      if (bell.isOpen && !evidence.isFailing(service)) return undefined;
      const mode = modeOf(service);
      if (mode === "written" || mode === "relaxed") return undefined;
      const detail = "exchanges cannot be put on record now, and this one must be";
      return problems["ledger-unavailable"](detail, { retryAfterS });
    },
    holds: (service) => modeOf(service) !== "relaxed",
    recordIntent(exchange, waiter) {
      if (modeOf(exchange.route?.service) !== "intent") return "go";
      if (safeMethods.has(exchange.caller.head.method)) return "go";
      const nowMs = clock.monotonicMs();
      queue.reserve();
      const end = entries.encodeIntent(exchange, nowMs, queue.out, queue.at);
      return send(exchange, waiter, end, "durable", nowMs);
    },
    record(exchange, waiter) {
      queue.reserve();
      const captured = exchange.evidence as ExchangeEvidence | undefined;
      captured?.end(exchange.operation);
      const end = entries.encodeExchange(exchange, captured, queue.out, queue.at);
      // Of the refusal because nothing is recorded, no record is waited for.
      const isRefusal = exchange.problem?.definition.code === "ledger-unavailable";
      const until = isRefusal ? "nothing" : waitFor[modeOf(exchange.route?.service)];
      return send(exchange, waiter, end, until, exchange.endedMs);
    },
    evidence: (exchange) => evidence.begin(exchange),
  };
}
