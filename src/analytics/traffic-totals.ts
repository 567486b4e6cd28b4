/**
 * Totals over all workers and revisions, by the names of services. A table of a worker is added up
 * whenever it is asked for, and for good once nothing is in flight in it any more, so that counts
 * survive reloads and crashes and memory does not grow with them.
 */
import { addCosts, type CostedService, type CostTotals, type PolicyCost } from "./policy-costs.ts";
import { column, columnCount, createMeterMemory, type MeterShape } from "./meter.ts";

/** Exchanges that found no route are counted under this name, which no service can have. */
export const noService = "";

export interface TrafficTotals {
  /** Memory for a worker that may take a revision. */
  open(
    worker: number,
    services: readonly string[],
    costed?: readonly CostedService[],
  ): SharedArrayBuffer;
  /** It has taken it: nothing new begins in the tables that it had before. */
  settle(worker: number): void;
  /** It has not: takes back its last `open`. */
  withdraw(worker: number): void;
  /** A worker has died; what it had in flight is lost. */
  close(worker: number): void;
  read(): Traffic;
}

export interface Traffic {
  /** Rows of `meter.ts` by service. */
  readonly services: ReadonlyMap<string, Float64Array>;
  /** By code. */
  readonly problems: ReadonlyMap<string, number>;
  /** Exchanges in flight in workers that died. */
  readonly lost: number;
  /** By `costKey`; of exchanges that were timed. */
  readonly costs: ReadonlyMap<string, PolicyCost>;
}

interface Table {
  readonly worker: number;
  readonly services: readonly string[];
  readonly costed: readonly CostedService[];
  readonly cells: Float64Array;
  /** Nothing new begins in it. */
  isPast: boolean;
}

export function createTrafficTotals(problems: MeterShape["problems"]): TrafficTotals {
  let tables: Table[] = [];
  const folded = new Map<string, Float64Array>();
  const foldedProblems = new Float64Array(problems.length);
  const foldedCosts: CostTotals = new Map();
  let lost = 0;

  function addTo(
    rows: Map<string, Float64Array>,
    problemCounts: Float64Array,
    costs: CostTotals,
    { services, costed, cells }: Table,
  ): void {
    for (const [index, name] of [...services, noService].entries()) {
      let row = rows.get(name);
      if (row === undefined) rows.set(name, (row = new Float64Array(columnCount)));
      const start = index * columnCount;
      for (let at = 0; at < columnCount; at++) {
        row[at] = (row[at] as number) + (cells[start + at] as number);
      }
    }
    const start = (services.length + 1) * columnCount;
    for (let at = 0; at < problems.length; at++) {
      problemCounts[at] = (problemCounts[at] as number) + (cells[start + at] as number);
    }
    addCosts(costs, cells, start + problems.length, costed);
  }

  function foldWhat(isOver: (table: Table) => boolean): void {
    tables = tables.filter((table) => {
      if (!isOver(table)) return true;
      addTo(folded, foldedProblems, foldedCosts, table);
      return false;
    });
  }

  const isQuiet = (table: Table): boolean => table.isPast && inFlightOf(table) === 0;

  return {
    open(worker, services, costed = []) {
      foldWhat(isQuiet);
      const memory = createMeterMemory({ services: services.length, problems, costed });
      tables.push({ worker, services, costed, cells: new Float64Array(memory), isPast: false });
      return memory;
    },
    settle(worker) {
      const own = tables.filter((table) => table.worker === worker);
      for (const table of own.slice(0, -1)) table.isPast = true;
    },
    withdraw(worker) {
      const last = tables.findLastIndex((table) => table.worker === worker);
      if (last >= 0) tables.splice(last, 1);
    },
    close(worker) {
      for (const table of tables) {
        if (table.worker !== worker) continue;
        lost += inFlightOf(table);
        clearInFlight(table);
      }
      foldWhat((table) => table.worker === worker);
    },
    read() {
      foldWhat(isQuiet);
      const services = new Map([...folded].map(([name, row]) => [name, row.slice()]));
      const counts = foldedProblems.slice();
      const costs: CostTotals = new Map(foldedCosts);
      for (const table of tables) addTo(services, counts, costs, table);
      const byCode = problems.map(({ code }, index) => [code, counts[index] as number] as const);
      return { services, problems: new Map(byCode), lost, costs };
    },
  };
}

function inFlightOf({ services, cells }: Table): number {
  return services.reduce(
    (sum, _, index) => sum + (cells[index * columnCount + column.inFlight] as number),
    0,
  );
}

function clearInFlight({ services, cells }: Table): void {
  for (const index of services.keys()) cells[index * columnCount + column.inFlight] = 0;
}
