/** Says what a dead worker was doing. */
import type { Log } from "#base/log.ts";
import type { Configuration } from "#configuration/configuration.ts";
import { readFlights } from "#runtime/flight-table.ts";

const linesMax = 100;

export interface DeadWorker {
  readonly index: number;
  readonly flightMemory: SharedArrayBuffer;
  /** The revision it served, since `servedSinceMs` by the wall clock. */
  readonly configuration: Configuration;
  readonly servedSinceMs: number;
}

export function logLostFlights(log: Log, worker: DeadWorker, nowMs: number): void {
  const flights = readFlights(worker.flightMemory).toSorted((a, b) => a.startMs - b.startMs);
  for (const { id, request, service, startMs } of flights.slice(0, linesMax)) {
    // Places of services change with revisions, so those of earlier ones mean nothing.
    const isCurrent = startMs >= worker.servedSinceMs;
    log.error("exchange-lost", `lost with worker ${worker.index}: ${request}`, {
      exchange: id,
      worker: worker.index,
      request,
      service: isCurrent ? worker.configuration.services[service]?.name : undefined,
      ageMs: Math.max(0, Math.round(nowMs - startMs)),
    });
  }
  if (flights.length <= linesMax) return;
  const count = flights.length - linesMax;
  log.error("exchanges-lost", `${count} more exchanges were lost with worker ${worker.index}`, {
    count,
    worker: worker.index,
  });
}
