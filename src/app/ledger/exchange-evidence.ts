/** Decides for each exchange what is captured of it, as the gateway's recorder is asked to. */
import type { Disk } from "#base/disk.ts";
import type { KeepingLimits } from "#base/limits.ts";
import type { Platform } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import type { Service } from "#configuration/configuration.ts";
import type { CompiledRoute } from "#gateway/compile-routes.ts";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";
import { openBodyWriter } from "#ledger/bodies/body-writer.ts";
import { openKeyStore } from "#ledger/bodies/subject-keys.ts";
import { createCapturePlan, type CapturePlan } from "./capture-plan.ts";
import { DigestEvidence } from "./digest-evidence.ts";
import { KeptEvidence } from "./kept-evidence.ts";
import { createWorkerSubjects } from "./worker-subjects.ts";

export type ExchangeEvidence = DigestEvidence | KeptEvidence;

export interface EvidenceOptions extends Pick<Platform, "random" | "clock"> {
  readonly disk: Disk;
  /** Folder of the ledger, which has been opened. */
  readonly ledger: string;
  readonly worker: number;
  readonly run: string;
  readonly slots: Int32Array;
  readonly limits: KeepingLimits;
  /** Hears, once a second at most, why something cannot be captured. */
  readonly onFailure: (reason: string) => void;
}

export interface EvidenceSource {
  /** To be ended when the exchange is put on record, and read then. */
  begin(exchange: ExchangeRecord): ExchangeEvidence | undefined;
  /** Whether what was to be captured of this service could not be, just now. */
  isFailing(service: Service | undefined): boolean;
}

/** Whose data an exchange is when nobody says who calls. */
const anonymous = "anonymous";
/** A disk that fails is tried again that often. */
const retryMs = 1_000;

/** Throws when the keys of subjects cannot be had. */
export function openEvidence(options: EvidenceOptions): EvidenceSource {
  const { disk, random, clock, ledger, worker, run, slots, limits } = options;
  const keys = openKeyStore(disk, random, ledger, true);
  if (isProblem(keys)) throw new Error(keys.detail);
  let retryAtMs = 0;
  const fail = (what: string, error: unknown): void => {
    const nowMs = clock.monotonicMs();
    if (nowMs < retryAtMs) return;
    retryAtMs = nowMs + retryMs;
    const reason = error instanceof Error ? error.message : String(error);
    options.onFailure(`${what}: ${reason}`);
  };
  const subjectOf = createWorkerSubjects(keys, slots, (reason) =>
    fail("the key of a subject cannot be had", reason),
  );
  const keeping = {
    writer: openBodyWriter({ disk, ledger, run, worker, slots }),
    limits,
    held: { count: 0, max: limits.heldBytesMax },
    nowMs: clock.nowMs,
    onFailure: (error: unknown) => fail("bodies cannot be kept", error),
  };
  // A route belongs to one revision.
  const plans = new WeakMap<CompiledRoute, CapturePlan>();

  function planOf(route: CompiledRoute, { snapshot }: ExchangeRecord): CapturePlan {
    const known = plans.get(route);
    if (known !== undefined || snapshot === undefined) return known as CapturePlan;
    const plan = createCapturePlan(route, snapshot.revision);
    plans.set(route, plan);
    return plan;
  }

  return {
    begin(exchange) {
      const { route } = exchange;
      if (route === undefined) return undefined;
      const plan = planOf(route, exchange);
      if (plan.most === "none" || clock.monotonicMs() < retryAtMs) return undefined;
      const subject = subjectOf(exchange.callerName ?? anonymous);
      if (subject === undefined) return undefined;
      if (plan.most === "full") return new KeptEvidence(exchange, subject, plan, keeping);
      return new DigestEvidence(subject, plan, exchange.idBytes);
    },
    isFailing: (service) =>
      retryAtMs > 0 && clock.monotonicMs() < retryAtMs && service?.ledger?.capture !== "none",
  };
}
