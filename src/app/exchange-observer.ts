/** What a worker notes of each exchange: its flight, its numbers, its log line. */
import type { Log } from "#base/log.ts";
import type { ProblemDefinition } from "#base/problem.ts";
import type { Clock } from "#base/platform.ts";
import { costsStart, createMeter, type Meter } from "#analytics/meter.ts";
import { createCostMeter, type CostMeter } from "#analytics/policy-costs.ts";
import type { CompiledRoute } from "#gateway/compile-routes.ts";
import type { ExchangeRecord } from "#gateway/exchange-record.ts";
import type { ExchangeObserver } from "#gateway/gateway-context.ts";
import type { CostCell } from "#gateway/policy-costs.ts";
import type { Snapshot } from "#gateway/snapshot.ts";
import type { Revision } from "#configuration/configuration.ts";
import { createFlightTable } from "#runtime/flight-table.ts";
import { costedServices } from "./costed-services.ts";
import { logExchange } from "./exchange-line.ts";

export interface WorkerObserver extends ExchangeObserver {
  /** Where exchanges of a revision are counted; to be told before it becomes current. */
  expect(revision: Revision, memory: SharedArrayBuffer): void;
}

export function createExchangeObserver(
  clock: Clock,
  flightMemory: SharedArrayBuffer,
  /** In the order in which they are counted. */
  problems: readonly ProblemDefinition[],
  log: Log,
): WorkerObserver {
  const flights = createFlightTable(flightMemory);
  const originMs = clock.nowMs() - clock.monotonicMs();
  /** By the revision object that the gateway's snapshot holds. */
  const meters = new WeakMap<Revision, Meter>();
  const costs = new WeakMap<Revision, CostMeter>();
  let lastSnapshot: Snapshot | undefined;
  let lastMeter: Meter | undefined;

  function meterOf(snapshot: Snapshot): Meter | undefined {
    if (snapshot === lastSnapshot) return lastMeter;
    lastSnapshot = snapshot;
    lastMeter = meters.get(snapshot.revision);
    return lastMeter;
  }

  return {
    expect(revision, memory) {
      const costed = costedServices(revision.configuration);
      const shape = { services: revision.configuration.services.length, problems, costed };
      meters.set(revision, createMeter(memory, shape));
      costs.set(revision, createCostMeter(memory, costsStart(shape), costed));
    },
    costsOf(revision) {
      const meter = costs.get(revision);
      return meter && { cellOf: (route, policy) => cellOf(meter, route, policy) };
    },
    onBegin(exchange) {
      const { head } = exchange.caller;
      const [from, to] = exchange.hasHead ? [head.methodStart, head.pathEnd] : [0, 0];
      const startMs = originMs + exchange.startedMs;
      exchange.observerSlot = flights.begin(exchange.idBytes, startMs, head.bytes, from, to);
    },
    onRouted(exchange) {
      const { serviceIndex } = exchange.route as NonNullable<ExchangeRecord["route"]>;
      flights.noteService(exchange.observerSlot, serviceIndex);
      meterOf(exchange.snapshot as Snapshot)?.begin(serviceIndex);
    },
    onInstance(service, { isHealthy, ejectedUntilMs, pool }, why) {
      const isPassedOver = !isHealthy || ejectedUntilMs > clock.monotonicMs();
      const words = isPassedOver ? "an instance is passed over" : "an instance is asked again";
      const event = isPassedOver ? "instance-unwell" : "instance-well";
      const fields = { service, instance: pool.instance.url, why };
      log[isPassedOver ? "warn" : "info"](event, words, fields);
    },
    onDone(exchange) {
      const snapshot = exchange.snapshot as Snapshot;
      flights.end(exchange.observerSlot);
      meterOf(snapshot)?.end(exchange);
      logExchange(log, exchange, snapshot.revision.configuration.log.exchanges);
    },
  };
}

function cellOf(meter: CostMeter, { service, route }: CompiledRoute, policy: string): CostCell {
  const place = meter.placeOf(service.name, route.id, policy);
  if (place === undefined) return { begin: () => undefined, add: () => undefined };
  return { begin: () => meter.begin(place), add: (ms) => meter.add(place, ms) };
}
