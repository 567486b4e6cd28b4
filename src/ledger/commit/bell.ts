/**
 * Wakes the ledger thread, which sleeps when no ring has anything. One for all rings; whoever finds
 * it awake does nothing. It also says whether entries can be put on record at all.
 */
const bellCell = { rings: 0, asleep: 1, state: 2, commands: 3 } as const;

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
    if (Atomics.load(cells, bellCell.asleep) === 0) return;
    if (Atomics.exchange(cells, bellCell.asleep, 0) === 1) this.#wake();
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

  /** Lets entries gather; only a command ends it early. */
  rest(timeoutMs: number, isCalled: () => boolean): void {
    const rings = Atomics.load(this.#cells, bellCell.rings);
    if (!isCalled()) Atomics.wait(this.#cells, bellCell.rings, rings, timeoutMs);
  }

  /** Sleeps, unless `hasWork` says that something came meanwhile. */
  sleep(timeoutMs: number, hasWork: () => boolean): void {
    const cells = this.#cells;
    const rings = Atomics.load(cells, bellCell.rings);
    Atomics.store(cells, bellCell.asleep, 1);
    if (!hasWork()) Atomics.wait(cells, bellCell.rings, rings, timeoutMs);
    Atomics.store(cells, bellCell.asleep, 0);
  }
}
