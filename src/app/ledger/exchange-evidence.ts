/** Decides for each exchange what is captured of it, as the gateway's recorder is asked to. */
import type { Disk } from "#base/disk.ts";
import type { KeepingLimits } from "#base/limits.ts";
import type { Platform } from "#base/platform.ts";
import { isProblem } from "#base/problem.ts";
import type { Revision, Service } from "#configuration/configuration.ts";
import type { CompiledRoute } from "#gateway/compile-routes.ts";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";
import { openBodyWriter } from "#ledger/bodies/body-writer.ts";
import { openKeyStore } from "#ledger/bodies/subject-keys.ts";
import { createCapturePlan, createHubPlan, type CapturePlan } from "./capture-plan.ts";
import { DigestEvidence } from "./digest-evidence.ts";
import { KeptEvidence } from "./kept-evidence.ts";
import { createTrouble } from "./trouble.ts";
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
  /** Hears, once a second at most for each cause, why something cannot be captured. */
  readonly onFailure: (reason: string) => void;
}

export interface EvidenceSource {
  /** To be ended when the exchange is put on record, and read then. */
  begin(exchange: ExchangeRecord): ExchangeEvidence | undefined;
  /** Whether the disk does not take what is to be captured of this service. */
  isFailing(service: Service | undefined): boolean;
}

/** Whose data an exchange is when nobody says who calls. */
const anonymous = "anonymous";
/** Throws when the keys of subjects cannot be had. */
export function openEvidence(options: EvidenceOptions): EvidenceSource {
  const { disk, random, clock, ledger, worker, run, slots, limits } = options;
  const keys = openKeyStore(disk, random, ledger, true);
  if (isProblem(keys)) throw new Error(keys.detail);
  const keyTrouble = createTrouble("keys of subjects cannot be made", options);
  const damage = createTrouble("the key of a subject cannot be used", options);
  const bodyTrouble = createTrouble("bodies cannot be kept", options);
  const subjectOf = createWorkerSubjects({ keys, slots, keyTrouble, damage });
  const keeping = {
    writer: openBodyWriter({ disk, ledger, run, worker, slots }),
    limits,
    held: { count: 0, max: limits.heldBytesMax },
    nowMs: clock.nowMs,
    onFailure: bodyTrouble.begin,
  };
  // A route belongs to one revision.
  const plans = new WeakMap<CompiledRoute | Revision, CapturePlan>();

  function planOf({ route, hubDialect, snapshot }: ExchangeRecord): CapturePlan | undefined {
    if (snapshot === undefined) return undefined;
    const { revision } = snapshot;
    const key = route ?? (hubDialect === undefined ? undefined : revision);
    if (key === undefined) return undefined;
    const known = plans.get(key);
    if (known !== undefined) return known;
    const plan = route === undefined ? createHubPlan(revision) : createCapturePlan(route, revision);
    plans.set(key, plan);
    return plan;
  }

  return {
    begin(exchange) {
      const plan = planOf(exchange);
      if (plan === undefined || plan.most === "none") return undefined;
      const subject = subjectOf(exchange.callerName ?? anonymous);
      if (subject === undefined) return undefined;
      if (plan.most === "digest" || bodyTrouble.isPresent) {
        return new DigestEvidence(subject, plan, exchange.idBytes);
      }
      return new KeptEvidence(exchange, subject, plan, keeping);
    },
    isFailing(service) {
      if (service?.ledger === undefined) return false;
      const isKeyless = keyTrouble.isPresent;
      if (!isKeyless && !bodyTrouble.isPresent) return false;
      const { capture, operations } = service.ledger;
      const wanted = [capture, ...Object.values(operations)];
      return isKeyless ? wanted.some((one) => one !== "none") : wanted.includes("full");
    },
  };
}
