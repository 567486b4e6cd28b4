/**
 * A producer's entries on their way: who waits for which, what did not fit into the ring and waits
 * for room, and what had to be let go, which becomes a gap entry. Entries of one queue keep their
 * order.
 */
import type { Bell } from "./bell.ts";
import { RingProducer } from "./ring-producer.ts";
import { slotCount, slotMask, wish } from "./ring-memory.ts";

/** Until when an entry is waited for. */
export type WaitFor = "durable" | "written" | "nothing";

/** What is told to those who wait; each hears one of it, once. */
export interface Tell<Waiter> {
  /** The entry is durable; its leaf hash stands in `hashes` at `at` during the call. */
  readonly committed: (waiter: Waiter, index: number, hashes: Buffer, at: number) => void;
  /** It is written, and may still be lost when the power fails. */
  readonly written: (waiter: Waiter) => void;
  readonly notCommitted: (waiter: Waiter, waitFor: WaitFor) => void;
}

/** Entries that were let go, to be told in a gap entry. */
export interface Dropped {
  readonly count: number;
  /** Of the first of them, as 16 octets. */
  readonly exchanges: readonly Uint8Array[];
  readonly sinceUs: number;
}

export interface CommitQueueOptions<Waiter> {
  readonly memory: SharedArrayBuffer;
  readonly bell: Bell;
  readonly entryBytesMax: number;
  readonly tell: Tell<Waiter>;
  /** How many are there from whom entries come, those that wait included. */
  readonly callers: () => number;
  /** Monotonic, for `onWaited`. */
  readonly nowMs: () => number;
  /** How long a record that was waited for took. */
  readonly onWaited?: (waitedMs: number) => void;
  /**
   * Runs something when all that can be done at once is done. A ledger thread that waits for it is
   * woken then: once for the entries of a turn, which become one batch.
   */
  readonly atTurnEnd: (run: () => void) => void;
  /** Encodes a gap entry. @returns the offset behind it. */
  readonly encodeGap: (dropped: Dropped, out: Buffer, at: number) => number;
}

interface Overflow<Waiter> {
  readonly bytes: Buffer;
  readonly waitFor: WaitFor;
  readonly waiter: Waiter | undefined;
  readonly sinceMs: number;
}

const overflowBytesMax = 8 * 1024 * 1024;
const droppedIdsMax = 100;
/** Of four callers: where so many wait, it is them that further entries would have to come from. */
const mostOfFour = 3;
const waitNames: readonly WaitFor[] = ["nothing", "written", "durable"];
const waitCodes = { nothing: 0, written: 1, durable: 2 } as const;

export class CommitQueue<Waiter> {
  readonly #options: CommitQueueOptions<Waiter>;
  readonly #ring: RingProducer;
  readonly #waiters: (Waiter | undefined)[] = new Array(slotCount).fill(undefined);
  readonly #waits = new Uint8Array(slotCount);
  readonly #sinceMs = new Float64Array(slotCount);
  readonly #scratch: Buffer;
  #wishes = 0;
  #durableWaits = 0;
  #writtenWaits = 0;
  /** Up to where those that wait for `written` were told. */
  #written = 0;
  #overflow: Overflow<Waiter>[] = [];
  #overflowBytes = 0;
  #dropped = 0;
  #droppedIds: Uint8Array[] = [];
  #droppedSinceUs = 0;
  #isPolling = false;
  /** Whether the ledger thread is going to be woken. */
  #isRinging = false;
  /** Where the next entry is to be encoded. */
  out: Buffer;
  at = 0;

  constructor(options: CommitQueueOptions<Waiter>) {
    this.#options = options;
    this.#ring = new RingProducer(options.memory, options.bell);
    this.#scratch = Buffer.alloc(options.entryBytesMax);
    this.out = this.#scratch;
  }

  /** From now on `poll` is called whenever there are results. */
  listen(): void {
    this.#ring.onWake(() => this.poll());
  }

  /** Entries on their way. */
  get pending(): number {
    return ((this.#ring.sequence - this.#ring.done) | 0) + this.#overflow.length;
  }

  /** Entries that were let go and are in no gap entry yet. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether the entry that was reserved last does not stand in the ring. */
  get isRingFull(): boolean {
    return this.out === this.#scratch;
  }

  /** Finds a place for the next entry: `out` and `at`. */
  reserve(): void {
    const nobodyWaits = this.#durableWaits + this.#writtenWaits === 0;
    if (nobodyWaits && !this.#isPolling) this.#ring.done = this.#ring.settled;
    const at = this.#overflow.length > 0 || !this.#flushGap() ? -1 : this.#reserveInRing();
    this.out = at < 0 ? this.#scratch : this.#ring.bytes;
    this.at = Math.max(0, at);
  }

  #reserveInRing(): number {
    return this.#ring.reserve(this.#options.entryBytesMax);
  }

  /**
   * The entry is encoded and ends at `end`.
   * @param exchange id of 16 octets, for the gap entry that is written if this cannot be.
   * @returns false: it was let go, and the waiter will hear nothing.
   */
  commit(
    end: number,
    waitFor: WaitFor,
    waiter: Waiter | undefined,
    sinceMs: number,
    timeUs: number,
    exchange: Uint8Array | undefined,
  ): boolean {
    if (!this.isRingFull) {
      this.#publish(end, waitFor, waiter, sinceMs);
      return true;
    }
    const bytes = end - this.at;
    const isHeld = waitFor !== "nothing" && this.#overflowBytes + bytes <= overflowBytesMax;
    if (!isHeld) {
      this.#drop(timeUs, exchange);
      return false;
    }
    this.#overflow.push({
      bytes: Buffer.from(this.out.subarray(0, end)),
      waitFor,
      waiter,
      sinceMs,
    });
    this.#overflowBytes += bytes;
    this.#setWishes();
    // There may have come room before anybody knew that it is waited for.
    if (this.#overflow.length === 1) queueMicrotask(() => this.poll());
    return true;
  }

  #publish(end: number, waitFor: WaitFor, waiter: Waiter | undefined, sinceMs: number): void {
    const slot = this.#ring.sequence & slotMask;
    this.#waits[slot] = waitCodes[waitFor];
    this.#waiters[slot] = waiter;
    this.#sinceMs[slot] = sinceMs;
    if (waitFor === "durable") this.#durableWaits++;
    else if (waitFor === "written") this.#writtenWaits++;
    // Before it is published, so that whoever commits it knows.
    this.#setWishes();
    this.#ring.publish(end);
    if (this.#isRinging || !this.#ring.isAwaited(this.#surplus)) return;
    this.#isRinging = true;
    this.#options.atTurnEnd(this.#ringNow);
  }

  readonly #ringNow = (): void => {
    this.#isRinging = false;
    this.#tellSurplus();
    this.#ring.ring();
  };

  #tellSurplus(): void {
    this.#ring.surplus = this.#surplus;
  }

  get #surplus(): number {
    const waits = this.#durableWaits + this.#writtenWaits;
    return 4 * waits - mostOfFour * this.#options.callers();
  }

  #setWishes(): void {
    const isRoomWanted = this.#overflow.length > 0 || this.#dropped > 0;
    const wishes =
      (this.#durableWaits > 0 || isRoomWanted ? wish.settled : 0) |
      (this.#writtenWaits > 0 ? wish.written : 0);
    if (wishes === this.#wishes) return;
    this.#wishes = wishes;
    this.#ring.wishes = wishes;
  }

  #drop(timeUs: number, exchange: Uint8Array | undefined): void {
    if (this.#dropped++ === 0) this.#droppedSinceUs = timeUs;
    if (exchange !== undefined && this.#droppedIds.length < droppedIdsMax) {
      this.#droppedIds.push(Uint8Array.from(exchange));
    }
    this.#setWishes();
  }

  /** @returns false: there is no room for it. */
  #flushGap(): boolean {
    if (this.#dropped === 0) return true;
    const at = this.#reserveInRing();
    if (at < 0) return false;
    const dropped = {
      count: this.#dropped,
      exchanges: this.#droppedIds,
      sinceUs: this.#droppedSinceUs,
    };
    const end = this.#options.encodeGap(dropped, this.#ring.bytes, at);
    this.#dropped = 0;
    this.#droppedIds = [];
    this.#publish(end, "nothing", undefined, 0);
    return true;
  }

  /** Results may be there: tells those who wait, and moves what waits for room. */
  poll(): void {
    if (this.#isPolling) return;
    this.#isPolling = true;
    if (this.#writtenWaits > 0) this.#tellWritten();
    this.#tellSettled();
    this.#moveOverflow();
    if (this.#overflow.length === 0) this.#flushGap();
    this.#setWishes();
    this.#tellSurplus();
    this.#isPolling = false;
  }

  #tellWritten(): void {
    const ring = this.#ring;
    const { written } = ring;
    if (((this.#written - ring.done) | 0) < 0) this.#written = ring.done;
    while (((written - this.#written) | 0) > 0) {
      const slot = this.#written & slotMask;
      this.#written = (this.#written + 1) | 0;
      if (this.#waits[slot] !== waitCodes.written) continue;
      const waiter = this.#takeWaiter(slot);
      if (waiter !== undefined) this.#options.tell.written(waiter);
    }
  }

  #tellSettled(): void {
    const ring = this.#ring;
    const { settled } = ring;
    const { onWaited, nowMs, tell } = this.#options;
    const now = onWaited === undefined ? 0 : nowMs();
    while (((settled - ring.done) | 0) > 0) {
      const sequence = ring.done;
      const slot = sequence & slotMask;
      const index = ring.indexOf(sequence);
      const waitFor = waitNames[this.#waits[slot] as number] as WaitFor;
      const waiter = this.#takeWaiter(slot);
      if (waitFor === "durable") onWaited?.(now - (this.#sinceMs[slot] as number));
      if (waiter !== undefined) {
        if (index < 0) tell.notCommitted(waiter, waitFor);
        else tell.committed(waiter, index, ring.hashes, ring.hashAt(sequence));
      }
      // Only now may the slot serve again.
      ring.done = (sequence + 1) | 0;
    }
  }

  #takeWaiter(slot: number): Waiter | undefined {
    const waiter = this.#waiters[slot];
    if (this.#waits[slot] === waitCodes.durable) this.#durableWaits--;
    else if (this.#waits[slot] === waitCodes.written) this.#writtenWaits--;
    this.#waits[slot] = 0;
    this.#waiters[slot] = undefined;
    return waiter;
  }

  #moveOverflow(): void {
    let moved = 0;
    for (; moved < this.#overflow.length; moved++) {
      const at = this.#reserveInRing();
      if (at < 0) break;
      const { bytes, waitFor, waiter, sinceMs } = this.#overflow[moved] as Overflow<Waiter>;
      this.#ring.bytes.set(bytes, at);
      this.#overflowBytes -= bytes.length;
      this.#publish(at + bytes.length, waitFor, waiter, sinceMs);
    }
    if (moved > 0) this.#overflow = this.#overflow.slice(moved);
  }
}
