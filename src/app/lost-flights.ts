/** Says what a dead worker was doing. */
import type { Log } from "#base/log.ts";
import type { Configuration } from "#configuration/configuration.ts";
import { readFlights, type Flight } from "#runtime/flight-table.ts";

const linesMax = 100;

export interface DeadWorker {
  readonly index: number;
  readonly flightMemory: SharedArrayBuffer;
  /** The revision it served, since `servedSinceMs` by the wall clock. */
  readonly configuration: Configuration;
  readonly servedSinceMs: number;
}

/** With the name of its service, where that is known. */
export type LostFlight = Omit<Flight, "service"> & { readonly service: string | undefined };

/** The oldest first. */
export function lostFlights(worker: DeadWorker): readonly LostFlight[] {
  const { flightMemory, servedSinceMs, configuration } = worker;
  return readFlights(flightMemory)
    .toSorted((a, b) => a.startMs - b.startMs)
    .map((flight) => ({
      ...flight,
      // Places of services change with revisions, so those of earlier ones mean nothing.
      service:
        flight.startMs >= servedSinceMs ? configuration.services[flight.service]?.name : undefined,
    }));
}

export function logLostFlights(
  log: Log,
  worker: DeadWorker,
  flights: readonly LostFlight[],
  nowMs: number,
): void {
  for (const { id, request, service, startMs } of flights.slice(0, linesMax)) {
    log.error("exchange-lost", `lost with worker ${worker.index}: ${request}`, {
      exchange: id,
      worker: worker.index,
      request,
      service,
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
