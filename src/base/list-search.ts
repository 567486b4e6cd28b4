/** What scanners of every format keep while they look for a list: ways to it, and what is found. */

/** What leads on from something that stands on the way to a list. */
export interface Way {
  /** The list that stands here; -1: none. */
  list: number;
  readonly next: Map<string, Way>;
}

/** @param paths names that lead to each list; of two with one path the first is meant. */
export function waysTo(paths: readonly (readonly string[])[]): Way {
  const root: Way = { list: -1, next: new Map() };
  for (const [list, path] of paths.entries()) {
    let way = root;
    for (const name of path) {
      const next = way.next.get(name) ?? { list: -1, next: new Map() };
      way.next.set(name, next);
      way = next;
    }
    if (way.list < 0) way.list = list;
  }
  return root;
}

/** What is found of a list, and its items. Offsets are in the bytes of a document. */
export interface ListFound {
  /** Which of the lists is open, or has ended last; -1: none. */
  readonly list: number;
  readonly state: "searching" | "open" | "ended";
  /** Where the items begin. */
  readonly start: number;
  /** Where items end that are followed by another, and where that one begins; not > 0: none do. */
  readonly itemsEnd: number;
  readonly nextItem: number;
  /** Behind the last item, of a list that has ended. */
  readonly end: number;
}

export class ListSearch implements ListFound {
  list = -1;
  state: ListFound["state"] = "searching";
  start = 0;
  itemsEnd = -1;
  nextItem = -1;
  end = 0;
  #isSettled = false;

  open(list: number, start: number): void {
    this.list = list;
    this.state = "open";
    this.start = start;
    this.itemsEnd = this.nextItem = -1;
  }

  close(): void {
    this.state = this.#isSettled ? "ended" : "searching";
  }

  settle(): void {
    this.#isSettled = true;
  }

  drop(count: number): void {
    this.start -= count;
    this.itemsEnd -= count;
    this.nextItem -= count;
  }
}
