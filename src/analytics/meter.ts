/**
 * Counts the exchanges of one worker under one revision, in memory that outlives the worker: one
 * row of doubles a service, and a cell a problem. Nothing is allocated while counting.
 */
import { blames, type Blame } from "#base/fault-kind.ts";
import type { ProblemDefinition } from "#base/problem.ts";
import { bucketCount, bucketOf } from "./buckets.ts";
import { costDoubles, type CostedService } from "./policy-costs.ts";

/** Last digit class of a status: 1xx to 5xx, and none. */
export const statusClasses = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;

/** Where things stand in a row. */
export const column = {
  status: 0,
  aborted: 5,
  inFlight: 6,
  requestBytes: 7,
  responseBytes: 8,
  retries: 9,
  durationSumMs: 10,
  upstreamSumMs: 11,
  duration: 12,
  upstream: 12 + bucketCount,
  /** By blame: exchanges that ended in a problem or a fault. */
  faults: 12 + 2 * bucketCount,
  /** By blame: exchanges in which something was found wrong, and let pass. */
  reported: 12 + 2 * bucketCount + blames.length,
} as const;
export const columnCount = 12 + 2 * bucketCount + 2 * blames.length;

export interface MeterShape {
  /** Rows; one more follows, for exchanges that found no route. */
  readonly services: number;
  readonly problems: readonly ProblemDefinition[];
  /** What is counted of policies, behind all that; nothing by default. */
  readonly costed?: readonly CostedService[];
}

/** What is counted of an exchange. */
export interface MeteredExchange {
  readonly route: { readonly serviceIndex: number } | undefined;
  readonly problem: { readonly definition: ProblemDefinition } | undefined;
  /** Of a translated exchange, where it is no problem of the gateway's. */
  readonly fault?: { readonly blame: Blame } | undefined;
  /** What was found wrong and let pass. */
  readonly reported?: { readonly definition: ProblemDefinition } | undefined;
  readonly status: number;
  readonly aborted: boolean;
  readonly attempts: number;
  readonly startedMs: number;
  /** 0: the service gave no answer. */
  readonly firstByteMs: number;
  readonly endedMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

export interface Meter {
  begin(serviceIndex: number): void;
  end(exchange: MeteredExchange): void;
}

export function createMeterMemory(shape: MeterShape): SharedArrayBuffer {
  return new SharedArrayBuffer(8 * (costsStart(shape) + costDoubles(shape.costed ?? [])));
}

/** Where costs of policies begin, in doubles. */
export function costsStart({ services, problems }: MeterShape): number {
  return (services + 1) * columnCount + problems.length;
}

export function createMeter(memory: SharedArrayBuffer, shape: MeterShape): Meter {
  const cells = new Float64Array(memory);
  const problemsStart = (shape.services + 1) * columnCount;
  const problemCells = new Map(
    shape.problems.map(({ code }, index) => [code, problemsStart + index]),
  );
  const add = (cell: number, amount: number): void => {
    cells[cell] = (cells[cell] as number) + amount;
  };
  return {
    begin(serviceIndex) {
      add(serviceIndex * columnCount + column.inFlight, 1);
    },
    end(exchange) {
      const { route, status, problem } = exchange;
      const row = (route === undefined ? shape.services : route.serviceIndex) * columnCount;
      if (route !== undefined) add(row + column.inFlight, -1);
      if (exchange.aborted) add(row + column.aborted, 1);
      else if (status >= 100) add(row + column.status + Math.floor(status / 100) - 1, 1);
      add(row + column.requestBytes, exchange.requestBytes);
      add(row + column.responseBytes, exchange.responseBytes);
      if (exchange.attempts > 1) add(row + column.retries, exchange.attempts - 1);
      const durationMs = exchange.endedMs - exchange.startedMs;
      add(row + column.durationSumMs, durationMs);
      add(row + column.duration + bucketOf(durationMs), 1);
      if (exchange.firstByteMs > 0) {
        const upstreamMs = exchange.firstByteMs - exchange.startedMs;
        add(row + column.upstreamSumMs, upstreamMs);
        add(row + column.upstream + bucketOf(upstreamMs), 1);
      }
      const blame = problem?.definition.blame ?? exchange.fault?.blame;
      if (blame !== undefined) add(row + column.faults + blames.indexOf(blame), 1);
      const { reported } = exchange;
      if (reported !== undefined) {
        add(row + column.reported + blames.indexOf(reported.definition.blame), 1);
      }
      if (problem === undefined) return;
      const cell = problemCells.get(problem.definition.code);
      if (cell !== undefined) add(cell, 1);
    },
  };
}
