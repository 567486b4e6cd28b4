/** Decides for each exchange what is captured of it, as the gateway's recorder is asked to. */
import type { KeepingLimits } from "#base/limits.ts";
import type { CompiledRoute } from "#gateway/compile-routes.ts";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";
import type { Snapshot } from "#gateway/snapshot.ts";
import type { BodyWriter } from "#ledger/bodies/body-writer.ts";
import type { KeyStore } from "#ledger/bodies/subject-keys.ts";
import { createCapturePlan, type CapturePlan } from "./capture-plan.ts";
import { DigestEvidence } from "./digest-evidence.ts";
import { KeptEvidence } from "./kept-evidence.ts";
import { createWorkerSubjects } from "./worker-subjects.ts";

export type ExchangeEvidence = DigestEvidence | KeptEvidence;

/** Whose data an exchange is when nobody says who calls. */
const anonymous = "anonymous";

export interface EvidenceOptions {
  readonly keys: KeyStore;
  readonly writer: BodyWriter;
  readonly slots: Int32Array;
  readonly limits: KeepingLimits;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  /** Hears, once a second at most, why data of a subject cannot be captured. */
  readonly onFailure: (reason: string) => void;
}

/** The evidence is to be ended when the exchange is put on record, and read then. */
export function createEvidence(
  options: EvidenceOptions,
): (exchange: ExchangeRecord) => ExchangeEvidence | undefined {
  const { keys, writer, slots, limits, nowMs, monotonicMs, onFailure } = options;
  const subjectOf = createWorkerSubjects(keys, slots, monotonicMs, onFailure);
  const keeping = { writer, limits, nowMs, held: { count: 0, max: limits.heldBytesMax } };
  // A route belongs to one revision.
  const plans = new WeakMap<CompiledRoute, CapturePlan>();

  function planOf(route: CompiledRoute, snapshot: Snapshot): CapturePlan {
    const known = plans.get(route);
    if (known !== undefined) return known;
    const plan = createCapturePlan(route, snapshot.revision);
    plans.set(route, plan);
    return plan;
  }

  return (exchange) => {
    const { route, snapshot } = exchange;
    if (route === undefined || snapshot === undefined) return undefined;
    const plan = planOf(route, snapshot);
    if (plan.most === "none") return undefined;
    const subject = subjectOf(exchange.callerName ?? anonymous);
    if (subject === undefined) return undefined;
    if (plan.most === "full") return new KeptEvidence(exchange, subject, plan, keeping);
    return new DigestEvidence(subject, plan, exchange.idBytes);
  };
}
