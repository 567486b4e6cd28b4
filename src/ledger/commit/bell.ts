/**
 * Wakes the ledger thread, which sleeps when no ring has anything. One for all rings; whoever finds
 * it awake does nothing. It also says whether entries can be put on record at all.
 */
const bellCell = { rings: 0, asleep: 1, state: 2, commands: 3, surplus: 4 } as const;
/** Of `asleep`: until anything comes; until entries have gathered. */
const sleeping = 1;
const resting = 2;

/** open: records become durable; failed: they cannot; absent: there is no ledger thread now. */
export const ledgerStates = ["absent", "open", "failed"] as const;
export type LedgerState = (typeof ledgerStates)[number];

export class Bell {
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory);
  }

  static createMemory(): SharedArrayBuffer {
    return new SharedArrayBuffer(64);
  }

  get state(): LedgerState {
    return ledgerStates[Atomics.load(this.#cells, bellCell.state)] as LedgerState;
  }

  set state(state: LedgerState) {
    Atomics.store(this.#cells, bellCell.state, ledgerStates.indexOf(state));
  }

  get isOpen(): boolean {
    return Atomics.load(this.#cells, bellCell.state) === 1;
  }

  /** Something was published. */
  ring(): void {
    const cells = this.#cells;
    // The first one to find it asleep wakes it; for the rest it is awake already.
    if (Atomics.load(cells, bellCell.asleep) !== sleeping) return;
    this.#end(sleeping);
  }

  /**
   * The surplus of one producer has changed: by how much more than most of its callers wait. Where
   * that of all together is not negative, it is them that a rest would wait for, and it is over.
   */
  shift(change: number): void {
    if (this.#doMostWait(change)) this.#end(resting);
  }

  /**
   * Something was published, and the surplus of its producer has changed. @returns whether the
   * ledger thread waits to be told: whoever finds that it does not need not ring.
   */
  isAwaited(change: number): boolean {
    const isOver = this.#doMostWait(change);
    // A thread that works now looks at both before it sleeps or rests.
    const state = Atomics.load(this.#cells, bellCell.asleep);
    return state === sleeping || (isOver && state === resting);
  }

  #doMostWait(change: number): boolean {
    return Atomics.add(this.#cells, bellCell.surplus, change) + change >= 0;
  }

  #end(state: typeof sleeping | typeof resting): void {
    if (Atomics.compareExchange(this.#cells, bellCell.asleep, state, 0) === state) this.#wake();
  }

  /** A message waits in the thread's port. */
  ringForCommand(): void {
    Atomics.add(this.#cells, bellCell.commands, 1);
    this.#wake();
  }

  #wake(): void {
    Atomics.add(this.#cells, bellCell.rings, 1);
    Atomics.notify(this.#cells, bellCell.rings, 1);
  }

  /** How many commands there were; of the thread that sleeps. */
  get commands(): number {
    return Atomics.load(this.#cells, bellCell.commands);
  }

  /** Lets entries gather, until most callers wait; a command ends it early, too. */
  rest(timeoutMs: number, hasWork: () => boolean, isCalled: () => boolean): void {
    const cells = this.#cells;
    const rings = Atomics.load(cells, bellCell.rings);
    Atomics.store(cells, bellCell.asleep, resting);
    const isOver = isCalled() || (Atomics.load(cells, bellCell.surplus) >= 0 && hasWork());
    if (!isOver) Atomics.wait(cells, bellCell.rings, rings, timeoutMs);
    Atomics.store(cells, bellCell.asleep, 0);
  }

  /** Sleeps, unless `hasWork` says that something came meanwhile. */
  sleep(timeoutMs: number, hasWork: () => boolean): void {
    const cells = this.#cells;
    const rings = Atomics.load(cells, bellCell.rings);
    Atomics.store(cells, bellCell.asleep, sleeping);
    if (!hasWork()) Atomics.wait(cells, bellCell.rings, rings, timeoutMs);
    Atomics.store(cells, bellCell.asleep, 0);
  }
}
