/** All metrics of the gateway, as `/metrics` shows them. */
import { blames } from "#base/fault-kind.ts";
import { bucketBoundsS, bucketCount } from "./buckets.ts";
import { createExposition, type Exposition } from "./exposition.ts";
import { writeLedger, type LedgerFacts } from "./ledger-metrics.ts";
import type { PolicyCost } from "./policy-costs.ts";
import { column, statusClasses } from "./meter.ts";
import type { Traffic } from "./traffic-totals.ts";
import type { WorkerGauges } from "./worker-gauges.ts";

export interface ProcessFacts {
  readonly version: string;
  readonly revision: string;
  readonly isReady: boolean;
  /** Seconds since 1970. */
  readonly startS: number;
  readonly rssBytes: number;
  readonly cpuS: number;
  readonly reloads: { readonly taken: number; readonly refused: number };
  readonly workers: readonly WorkerFacts[];
  /** Undefined: nothing is put on record. */
  readonly ledger: LedgerFacts | undefined;
}

export interface WorkerFacts {
  readonly index: number;
  readonly isUp: boolean;
  readonly restarts: number;
  readonly gauges: WorkerGauges;
}

export function formatMetrics(traffic: Traffic, facts: ProcessFacts): string {
  const out = createExposition();
  writeTraffic(out, traffic);
  writeProcess(out, facts);
  writeWorkers(out, facts.workers);
  if (facts.ledger !== undefined) writeLedger(out, facts.ledger);
  return out.text();
}

function writeTraffic(out: Exposition, { services, problems, lost, costs }: Traffic): void {
  const rows = [...services].filter(([, row]) => row.some((cell) => cell !== 0));
  const perBlame = (name: string, help: string, first: number): void => {
    out.metric(name, "counter", help);
    for (const [service, row] of rows) {
      for (const [index, blame] of blames.entries()) {
        const count = row[first + index] as number;
        if (count > 0) out.sample({ service, blame }, count);
      }
    }
  };
  const perService = (name: string, type: "counter" | "gauge", help: string, at: number): void => {
    out.metric(name, type, help);
    for (const [service, row] of rows) out.sample({ service }, row[at] as number);
  };
  out.metric(
    "parlance_exchanges_total",
    "counter",
    "Exchanges that ended, by service and class of status; no service: no route matched.",
  );
  for (const [service, row] of rows) {
    for (const [index, status] of statusClasses.entries()) {
      const count = row[column.status + index] as number;
      if (count > 0) out.sample({ service, status }, count);
    }
  }
  perService(
    "parlance_exchanges_aborted_total",
    "counter",
    "Exchanges whose caller went away before the end.",
    column.aborted,
  );
  perService("parlance_exchanges_in_flight", "gauge", "Exchanges in progress.", column.inFlight);
  perService(
    "parlance_request_body_bytes_total",
    "counter",
    "Bytes of request bodies received.",
    column.requestBytes,
  );
  perService(
    "parlance_response_body_bytes_total",
    "counter",
    "Bytes of answers' bodies, also of those that the gateway gives itself.",
    column.responseBytes,
  );
  perService(
    "parlance_upstream_retries_total",
    "counter",
    "Attempts after the first one.",
    column.retries,
  );
  const { duration, durationSumMs, upstream, upstreamSumMs } = column;
  out.metric(
    "parlance_exchange_duration_seconds",
    "histogram",
    "From the request's head to the end of the answer.",
  );
  for (const [service, row] of rows) writeHistogram(out, service, row, duration, durationSumMs);
  out.metric(
    "parlance_upstream_first_byte_seconds",
    "histogram",
    "From the request's head to the head of the service's answer.",
  );
  for (const [service, row] of rows) writeHistogram(out, service, row, upstream, upstreamSumMs);
  perBlame(
    "parlance_faults_total",
    "Exchanges that ended in a problem or a fault, by service and by who broke it.",
    column.faults,
  );
  perBlame(
    "parlance_reported_total",
    "Exchanges in which a policy found something wrong and let it pass, by who is to blame.",
    column.reported,
  );
  out.metric(
    "parlance_problems_total",
    "counter",
    "Exchanges that ended in a problem, by its code.",
  );
  for (const [code, count] of problems) if (count > 0) out.sample({ code }, count);
  out.metric(
    "parlance_exchanges_lost_total",
    "counter",
    "Exchanges that were in flight in a worker that died.",
  );
  out.sample({}, lost);
  writeCosts(out, [...costs.values()]);
}

/** More series than these would tell nothing. */
const costSeriesMax = 1_000;

function writeCosts(out: Exposition, costs: readonly PolicyCost[]): void {
  out.metric(
    "parlance_policy_cost_seconds",
    "summary",
    "What policies took in exchanges that were timed, one in 64, by policy and route.",
  );
  const most = costs.toSorted((a, b) => b.totalMs - a.totalMs).slice(0, costSeriesMax);
  for (const { policy, service, route, exchanges, totalMs } of most) {
    const labels = { policy, service, route };
    out.sample(labels, totalMs / 1_000, "_sum");
    out.sample(labels, exchanges, "_count");
  }
}

function writeHistogram(
  out: Exposition,
  service: string,
  row: Float64Array,
  start: number,
  sumAt: number,
): void {
  let count = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    count += row[start + bucket] as number;
    out.sample({ service, le: bucketBoundsS[bucket] ?? "+Inf" }, count, "_bucket");
  }
  out.sample({ service }, (row[sumAt] as number) / 1_000, "_sum");
  out.sample({ service }, count, "_count");
}

function writeProcess(out: Exposition, facts: ProcessFacts): void {
  const { version, revision } = facts;
  out.metric("parlance_build_info", "gauge", "Always 1; what runs.");
  out.sample({ version, node: process.versions.node }, 1);
  out.metric("parlance_revision_info", "gauge", "Always 1; the revision that new exchanges take.");
  out.sample({ revision }, 1);
  out.metric("parlance_ready", "gauge", "1 when /readyz says so.");
  out.sample({}, facts.isReady ? 1 : 0);
  out.metric("parlance_reloads_total", "counter", "New configurations, by what became of them.");
  out.sample({ outcome: "taken" }, facts.reloads.taken);
  out.sample({ outcome: "refused" }, facts.reloads.refused);
  out.metric("process_resident_memory_bytes", "gauge", "Resident memory of the process.");
  out.sample({}, facts.rssBytes);
  out.metric("process_cpu_seconds_total", "counter", "User and system time of the process.");
  out.sample({}, facts.cpuS);
  out.metric("process_start_time_seconds", "gauge", "Start of the process, seconds since 1970.");
  out.sample({}, facts.startS);
}

function writeWorkers(out: Exposition, workers: readonly WorkerFacts[]): void {
  const perWorker = (
    name: string,
    type: "counter" | "gauge",
    help: string,
    value: (worker: WorkerFacts) => number,
  ): void => {
    out.metric(name, type, help);
    for (const worker of workers) out.sample({ worker: worker.index }, value(worker));
  };
  perWorker("parlance_worker_up", "gauge", "1 when it takes connections.", ({ isUp }) =>
    Number(isUp),
  );
  perWorker(
    "parlance_worker_restarts_total",
    "counter",
    "How often it died and was replaced.",
    ({ restarts }) => restarts,
  );
  perWorker(
    "parlance_worker_connections",
    "gauge",
    "Open connections of callers.",
    ({ gauges }) => gauges.connections,
  );
  perWorker(
    "parlance_worker_connections_turned_away",
    "gauge",
    "Connections beyond limits.connectionsMax since its last start.",
    ({ gauges }) => gauges.turnedAway,
  );
  perWorker(
    "parlance_worker_event_loop_delay_max_seconds",
    "gauge",
    "The longest delay of a timer in the last second.",
    ({ gauges }) => gauges.loopDelayMaxMs / 1_000,
  );
  perWorker(
    "parlance_worker_heap_used_bytes",
    "gauge",
    "JavaScript heap in use.",
    ({ gauges }) => gauges.heapUsedBytes,
  );
  perWorker(
    "parlance_worker_cpu_seconds",
    "gauge",
    "User and system time since its last start.",
    ({ gauges }) => gauges.cpuS,
  );
  perWorker(
    "parlance_worker_log_lines_dropped",
    "gauge",
    "Log lines not written since its last start, for the log did not keep up.",
    ({ gauges }) => gauges.linesDropped,
  );
  const storing = workers.filter(({ gauges }) => gauges.limitStore > 0);
  if (storing.length === 0) return;
  out.metric("parlance_limit_store_up", "gauge", "1 when the store of limits answers.");
  for (const { index, gauges } of storing) {
    out.sample({ worker: index }, Number(gauges.limitStore === 2));
  }
  out.metric(
    "parlance_limit_store_missed_total",
    "counter",
    "Steps that the store of limits has not counted, for it did not answer in time, or not so.",
  );
  for (const { index, gauges } of storing) {
    out.sample({ worker: index }, gauges.limitStoreMissed);
  }
}
