/**
 * One file of the simulated disk: what programs see, and what the disk holds. They differ by
 * sectors that were written and not synced. Pages that are absent hold zeros.
 */
import type { Dice } from "./random.ts";

const pageBytes = 4096;
const sectorBytes = 512;
const sectorsPerPage = pageBytes / sectorBytes;
const zeroBlock = Buffer.alloc(1 << 18);

type Pages = Map<number, Buffer>;

export class SimulatedFile {
  size = 0;
  #durableSize = 0;
  #seen: Pages = new Map();
  #held: Pages = new Map();
  readonly #dirty = new Set<number>();

  read(into: Uint8Array, offset: number, length: number, position: number): number {
    const count = Math.max(0, Math.min(length, this.size - position));
    for (let done = 0; done < count;) {
      const at = position + done;
      const start = at % pageBytes;
      const part = Math.min(pageBytes - start, count - done);
      const page = this.#seen.get(Math.floor(at / pageBytes));
      if (page === undefined) into.fill(0, offset + done, offset + done + part);
      else into.set(page.subarray(start, start + part), offset + done);
      done += part;
    }
    return count;
  }

  write(from: Uint8Array, offset: number, length: number, position: number): void {
    const isZero = length <= zeroBlock.length && isAllZero(from.subarray(offset, offset + length));
    for (let done = 0; done < length;) {
      const at = position + done;
      const number = Math.floor(at / pageBytes);
      const start = at % pageBytes;
      const part = Math.min(pageBytes - start, length - done);
      if (!isZero || this.#seen.has(number) || this.#held.has(number)) {
        const page = pageOf(this.#seen, number);
        page.set(from.subarray(offset + done, offset + done + part), start);
        const last = Math.floor((start + part - 1) / sectorBytes);
        for (let sector = Math.floor(start / sectorBytes); sector <= last; sector++) {
          this.#dirty.add(number * sectorsPerPage + sector);
        }
      }
      done += part;
    }
    this.size = Math.max(this.size, position + length);
  }

  truncate(size: number): void {
    this.size = size;
    for (const number of this.#seen.keys()) {
      if (number * pageBytes >= size) this.#seen.delete(number);
    }
    this.#seen.get(Math.floor(size / pageBytes))?.fill(0, size % pageBytes);
  }

  /** What the system may do at any time: some sectors reach the disk, in any order. */
  flushSome(dice: Dice): void {
    for (const sector of this.#dirty) if (dice.chance(0.5)) this.#flush(sector);
    if (dice.chance(0.3)) this.#durableSize = this.size;
  }

  sync(): void {
    for (const sector of this.#dirty) this.#flush(sector);
    this.#settleSize(this.size);
  }

  /** A sync that fails: part of it was done, and the system takes the rest for done, too. */
  failSync(dice: Dice): void {
    this.flushSome(dice);
    this.#dirty.clear();
  }

  /** What was not synced reaches the disk, or not, or in part, each sector by itself. */
  cutPower(dice: Dice): void {
    const share = dice.next();
    const tears = dice.chance(0.5);
    for (const sector of this.#dirty) {
      if (dice.chance(share)) this.#flush(sector);
      else if (tears && dice.chance(0.3)) this.#tear(sector, dice);
    }
    this.#dirty.clear();
    const grown = this.size - this.#durableSize;
    const sizes = [this.#durableSize, this.size, this.#durableSize + dice.below(grown + 1)];
    this.#settleSize(grown === 0 ? this.size : (sizes[dice.below(3)] as number));
    this.#seen = new Map([...this.#held].map(([number, page]) => [number, Buffer.from(page)]));
    this.size = this.#durableSize;
  }

  copy(): SimulatedFile {
    const copy = new SimulatedFile();
    copy.size = this.size;
    copy.#durableSize = this.#durableSize;
    for (const [number, page] of this.#seen) copy.#seen.set(number, Buffer.from(page));
    for (const [number, page] of this.#held) copy.#held.set(number, Buffer.from(page));
    for (const sector of this.#dirty) copy.#dirty.add(sector);
    return copy;
  }

  #flush(sector: number): void {
    const { from, start, to } = this.#sectorIn(sector);
    if (from === undefined) to.fill(0, start, start + sectorBytes);
    else from.copy(to, start, start, start + sectorBytes);
    this.#dirty.delete(sector);
  }

  /** Bytes that were not changed stay as they are; of the others, any may be new. */
  #tear(sector: number, dice: Dice): void {
    const { from, start, to } = this.#sectorIn(sector);
    const cut = start + dice.below(sectorBytes);
    const takesHead = dice.chance(0.5);
    for (let at = start; at < start + sectorBytes; at++) {
      if (at < cut === takesHead) to[at] = from?.[at] ?? 0;
    }
  }

  #sectorIn(sector: number) {
    const number = Math.floor(sector / sectorsPerPage);
    const start = (sector % sectorsPerPage) * sectorBytes;
    return { from: this.#seen.get(number), start, to: pageOf(this.#held, number) };
  }

  #settleSize(size: number): void {
    this.#durableSize = size;
    for (const number of this.#held.keys()) {
      if (number * pageBytes >= size) this.#held.delete(number);
    }
    this.#held.get(Math.floor(size / pageBytes))?.fill(0, size % pageBytes);
  }
}

function pageOf(pages: Pages, number: number): Buffer {
  const page = pages.get(number) ?? Buffer.alloc(pageBytes);
  pages.set(number, page);
  return page;
}

function isAllZero(bytes: Uint8Array): boolean {
  return zeroBlock.compare(bytes, 0, bytes.length, 0, bytes.length) === 0;
}
