/**
 * What policies took in the exchanges that were timed, in memory that outlives the worker: two
 * doubles, exchanges and milliseconds, for each policy and route of a revision.
 */

/** A service, as far as its policies are counted. */
export interface CostedService {
  readonly name: string;
  /** Ids. */
  readonly routes: readonly string[];
  /** Names, each once. */
  readonly policies: readonly string[];
}

/** Of one policy for one route. */
export interface PolicyCost {
  readonly policy: string;
  readonly service: string;
  readonly route: string;
  /** That were timed. */
  readonly exchanges: number;
  readonly totalMs: number;
}

const cellDoubles = 2;

export function costDoubles(services: readonly CostedService[]): number {
  return (
    services.reduce((sum, { routes, policies }) => sum + routes.length * policies.length, 0) *
    cellDoubles
  );
}

export interface CostMeter {
  /** Where a pair stands; undefined: there is no such. */
  placeOf(service: string, route: string, policy: string): number | undefined;
  begin(place: number): void;
  add(place: number, ms: number): void;
}

/** @param start of its doubles in the memory. */
export function createCostMeter(
  memory: SharedArrayBuffer,
  start: number,
  services: readonly CostedService[],
): CostMeter {
  const cells = new Float64Array(memory);
  const add = (cell: number, amount: number): void => {
    cells[cell] = (cells[cell] as number) + amount;
  };
  return {
    placeOf(service, route, policy) {
      let place = start;
      for (const { name, routes, policies } of services) {
        if (name === service) {
          const row = routes.indexOf(route);
          const column = policies.indexOf(policy);
          if (row < 0 || column < 0) return undefined;
          return place + (row * policies.length + column) * cellDoubles;
        }
        place += routes.length * policies.length * cellDoubles;
      }
      return undefined;
    },
    begin: (place) => add(place, 1),
    add: (place, ms) => add(place + 1, ms),
  };
}

export type CostTotals = Map<string, PolicyCost>;

export function addCosts(
  totals: CostTotals,
  cells: Float64Array,
  start: number,
  services: readonly CostedService[],
): void {
  let place = start;
  for (const { name: service, routes, policies } of services) {
    for (const route of routes) {
      for (const policy of policies) {
        const exchanges = cells[place] as number;
        const totalMs = cells[place + 1] as number;
        place += cellDoubles;
        if (exchanges === 0) continue;
        const key = costKey(policy, service, route);
        const before = totals.get(key);
        totals.set(key, {
          ...{ policy, service, route },
          exchanges: exchanges + (before?.exchanges ?? 0),
          totalMs: totalMs + (before?.totalMs ?? 0),
        });
      }
    }
  }
}

export function costKey(policy: string, service: string, route: string): string {
  return JSON.stringify([policy, service, route]);
}
