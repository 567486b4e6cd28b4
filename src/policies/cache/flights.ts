/** Equal requests that are under way: one leads, the others wait for what it brings. */

/** What the others get of it; undefined: nothing, they go on their own. */
export type Brought<Item> = Item | "again" | undefined;

export interface Flight<Item> {
  readonly key: string;
  readonly landed: Promise<Brought<Item>>;
  /** "again": who led is gone; another one may lead. Only the first call counts. */
  readonly land: (brought: Brought<Item>) => void;
}

export interface Flights<Item> {
  readonly under: (key: string) => Flight<Item> | undefined;
  readonly begin: (key: string) => Flight<Item>;
  /** For a while nobody waits for answers like this: they turned out not to be for others. */
  readonly goApart: (flight: Flight<Item>, nowMs: number) => void;
  readonly areApart: (key: string, nowMs: number) => boolean;
}

const apartMs = 10_000;
const apartMax = 10_000;

export function createFlights<Item>(): Flights<Item> {
  const under = new Map<string, Flight<Item>>();
  const apartUntilMs = new Map<string, number>();
  return {
    under: (key) => under.get(key),
    begin(key) {
      const { promise, resolve } = Promise.withResolvers<Brought<Item>>();
      const flight: Flight<Item> = {
        key,
        landed: promise,
        land(brought) {
          if (under.get(key) === flight) under.delete(key);
          resolve(brought);
        },
      };
      under.set(key, flight);
      return flight;
    },
    goApart({ key, land }, nowMs) {
      if (apartUntilMs.size >= apartMax) apartUntilMs.clear();
      apartUntilMs.set(key, nowMs + apartMs);
      land(undefined);
    },
    areApart(key, nowMs) {
      const untilMs = apartUntilMs.get(key);
      if (untilMs === undefined) return false;
      if (untilMs > nowMs) return true;
      apartUntilMs.delete(key);
      return false;
    },
  };
}
