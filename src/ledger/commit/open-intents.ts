/**
 * Which intents have no outcome yet. The index of the oldest one is where recovery has to begin
 * after a crash; without any it need not look at all.
 */
import { readStamp, type EntryStamp } from "#ledger/entry/entry-stamp.ts";
import { kindNames } from "#ledger/entry/fields.ts";

const intentCode = kindNames.indexOf("intent");
const outcomeCodes: ReadonlySet<number> = new Set([
  kindNames.indexOf("exchange"),
  kindNames.indexOf("lost"),
]);
const idBytes = 16;

export class OpenIntents {
  readonly #stamp: EntryStamp = { code: -1, timeUs: 0, exchangeAt: -1 };
  /** Index by exchange id, the oldest first. */
  readonly #open = new Map<string, number>();
  /** Open ones whose outcome is in a gap, or will be. */
  readonly #untold = new Set<string>();
  /** Those whose outcome may not be on the disk yet. */
  #closed: { readonly id: string; readonly index: number; readonly outcome: number }[] = [];

  /** Sees every entry, in order. */
  note(bytes: Buffer, from: number, to: number, index: number): void {
    const stamp = this.#stamp;
    readStamp(bytes, from, to, stamp);
    const at = stamp.exchangeAt;
    if (at < 0) return;
    if (stamp.code === intentCode) {
      this.#open.set(bytes.toString("hex", at, at + idBytes), index);
    } else if (this.#open.size > 0 && outcomeCodes.has(stamp.code)) {
      this.#close(bytes.toString("hex", at, at + idBytes), index);
    }
  }

  #close(id: string, outcome: number): void {
    const index = this.#open.get(id);
    if (index === undefined) return;
    this.#open.delete(id);
    this.#closed.push({ id, index, outcome });
  }

  /** All that was noted is on the disk. */
  noteSynced(): void {
    if (this.#closed.length > 0) this.#closed = [];
  }

  addAll(open: ReadonlyMap<string, number>): void {
    for (const [id, index] of open) this.#open.set(id, index);
  }

  /** Entries from this index on were not put on record after all. */
  forgetFrom(size: number): void {
    const again = this.#closed.filter(({ outcome }) => outcome >= size);
    const open = [...this.#open, ...again.map(({ id, index }) => [id, index] as const)];
    this.#open.clear();
    this.noteSynced();
    for (const [id, index] of open.sort(([, one], [, other]) => one - other)) {
      if (index < size) this.#open.set(id, index);
    }
  }

  /** An entry is missed. What it closed must be open again by now. */
  noteMissed(bytes: Buffer, from: number, to: number): void {
    const stamp = this.#stamp;
    readStamp(bytes, from, to, stamp);
    const at = stamp.exchangeAt;
    if (at < 0 || this.#open.size === 0 || !outcomeCodes.has(stamp.code)) return;
    this.noteUntold(bytes.toString("hex", at, at + idBytes));
  }

  noteUntold(id: string): void {
    if (this.#open.has(id)) this.#untold.add(id);
  }

  /** Index of the intent by exchange, of those that have to be closed otherwise now. */
  takeUntold(): readonly (readonly [id: string, index: number])[] {
    const untold = [...this.#open].filter(([id]) => this.#untold.has(id));
    this.#untold.clear();
    return untold;
  }

  get oldest(): number | undefined {
    const [first] = this.#open.values();
    return first;
  }

  entries(): ReadonlyMap<string, number> {
    return this.#open;
  }
}
