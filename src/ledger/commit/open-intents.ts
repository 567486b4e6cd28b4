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

  /** Sees every entry, in order. */
  note(bytes: Buffer, from: number, to: number, index: number): void {
    const stamp = this.#stamp;
    readStamp(bytes, from, to, stamp);
    const at = stamp.exchangeAt;
    if (at < 0) return;
    if (stamp.code === intentCode) {
      this.#open.set(bytes.toString("hex", at, at + idBytes), index);
    } else if (this.#open.size > 0 && outcomeCodes.has(stamp.code)) {
      this.#open.delete(bytes.toString("hex", at, at + idBytes));
    }
  }

  addAll(open: ReadonlyMap<string, number>): void {
    for (const [id, index] of open) this.#open.set(id, index);
  }

  /** Entries from this index on were not put on record after all. */
  forgetFrom(size: number): void {
    for (const [id, index] of this.#open) if (index >= size) this.#open.delete(id);
  }

  get oldest(): number | undefined {
    const [first] = this.#open.values();
    return first;
  }

  entries(): ReadonlyMap<string, number> {
    return this.#open;
  }
}
