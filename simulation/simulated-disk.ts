/**
 * A disk whose power can go at any operation. Names are on it after `syncFolder`, contents after
 * `sync`; of what was not synced, any part may be there after a cut, in any order.
 */
import { basename, dirname } from "node:path";
import type { Disk, DiskFile } from "#base/disk.ts";
import type { Dice } from "./random.ts";
import { SimulatedFile } from "./simulated-file.ts";

/** Thrown by every operation once the power is gone. */
export class PowerCut extends Error {
  override readonly name = "PowerCut";
}

export interface DiskFaults {
  /** Share of writes and syncs that fail with EIO. */
  readonly failing: number;
  /** Share of writes at which the disk is full for a while. */
  readonly full: number;
  /** Files whose `sync` tells success and does nothing: the control that must lose entries. */
  readonly unsynced: RegExp | undefined;
}

export const noFaults: DiskFaults = { failing: 0, full: 0, unsynced: undefined };

interface Node {
  readonly file: SimulatedFile;
  readonly mode: number;
}

type Names = Map<string, Node | "folder">;

/** A change of names that is not on the disk yet. */
type Change = (names: Names) => void;

export class SimulatedDisk implements Disk {
  faults: DiskFaults = noFaults;
  /** Operations so far. */
  operations = 0;
  /** The power goes at this one. */
  cutAt = Infinity;
  readonly #dice: Dice;
  #seen: Names = new Map([["/", "folder"]]);
  #held: Names = new Map(this.#seen);
  #changes: { readonly folder: string; readonly apply: Change }[] = [];
  #fullFor = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  open(path: string, mode: "read" | "write" | "create", permissions = 0o644): DiskFile {
    this.#step();
    let node = this.#seen.get(path);
    if (mode === "create") {
      if (node !== undefined) throw systemError("EEXIST", "open", path);
      this.#requireFolder(dirname(path), "open");
      node = { file: new SimulatedFile(), mode: permissions };
      const made = node;
      this.#change(path, (names) => void names.set(path, made));
    }
    if (node === undefined) throw systemError("ENOENT", "open", path);
    if (node === "folder") throw systemError("EISDIR", "open", path);
    return this.#handle(node.file, path);
  }

  stat(path: string): { size: number; mode: number; isFolder: boolean } | undefined {
    this.#step();
    const node = this.#seen.get(path);
    if (node === undefined) return undefined;
    if (node === "folder") return { size: 0, mode: 0o700, isFolder: true };
    return { size: node.file.size, mode: node.mode, isFolder: false };
  }

  list(folder: string): readonly string[] {
    this.#step();
    this.#requireFolder(folder, "scandir");
    const paths = [...this.#seen.keys()].filter((path) => dirname(path) === folder);
    return paths
      .filter((path) => path !== "/")
      .map((path) => basename(path))
      .sort();
  }

  makeFolder(folder: string): void {
    this.#step();
    if (this.#seen.has(folder)) return;
    if (!this.#seen.has(dirname(folder))) this.makeFolder(dirname(folder));
    // Folders are made once, and their loss is not what is looked for here.
    for (const names of [this.#seen, this.#held]) names.set(folder, "folder");
  }

  syncFolder(folder: string): void {
    this.#step();
    this.#failAtTimes("fsync", folder);
    for (const change of this.#changes) if (change.folder === folder) change.apply(this.#held);
    this.#changes = this.#changes.filter((change) => change.folder !== folder);
  }

  rename(from: string, to: string): void {
    this.#step();
    const node = this.#seen.get(from);
    if (node === undefined) throw systemError("ENOENT", "rename", from);
    this.#change(to, (names) => {
      names.delete(from);
      names.set(to, node);
    });
  }

  link(from: string, to: string): void {
    this.#step();
    const node = this.#seen.get(from);
    if (node === undefined) throw systemError("ENOENT", "link", from);
    if (this.#seen.has(to)) throw systemError("EEXIST", "link", to);
    this.#change(to, (names) => void names.set(to, node));
  }

  remove(path: string): void {
    this.#step();
    if (!this.#seen.has(path)) throw systemError("ENOENT", "unlink", path);
    this.#change(path, (names) => void names.delete(path));
  }

  /** The disk as the next start finds it when the power was cut. */
  cutPower(): void {
    for (const { apply } of this.#changes) if (this.#dice.chance(0.5)) apply(this.#held);
    this.#changes = [];
    this.#seen = new Map(this.#held);
    const files = new Set([...this.#seen.values()].filter((node) => node !== "folder"));
    for (const { file } of files) file.cutPower(this.#dice);
    this.#restart();
  }

  /** The disk as the next start finds it when only the process was killed. */
  killProcess(): void {
    this.#restart();
  }

  copy(dice: Dice): SimulatedDisk {
    const copy = new SimulatedDisk(dice);
    const copies = new Map<Node | "folder", Node | "folder">([["folder", "folder"]]);
    for (const node of [...this.#seen.values(), ...this.#held.values()]) {
      if (node === "folder" || copies.has(node)) continue;
      copies.set(node, { file: node.file.copy(), mode: node.mode });
    }
    const copyOf = (names: Names): Names =>
      new Map([...names].map(([path, node]) => [path, copies.get(node) as Node]));
    if (this.#changes.length > 0) throw new Error("a disk is copied when all names are synced");
    copy.#seen = copyOf(this.#seen);
    copy.#held = copyOf(this.#held);
    return copy;
  }

  #restart(): void {
    this.cutAt = Infinity;
    this.#fullFor = 0;
  }

  #change(path: string, apply: Change): void {
    apply(this.#seen);
    this.#changes.push({ folder: dirname(path), apply });
  }

  #requireFolder(folder: string, call: string): void {
    if (this.#seen.get(folder) !== "folder") throw systemError("ENOENT", call, folder);
  }

  #step(): void {
    if (++this.operations >= this.cutAt) throw new PowerCut("the power is gone");
  }

  #failAtTimes(call: string, path: string): void {
    if (this.faults.failing > 0 && this.#dice.chance(this.faults.failing)) {
      throw systemError("EIO", call, path);
    }
  }

  #handle(file: SimulatedFile, path: string): DiskFile {
    return {
      read: (into, offset, length, position) => {
        this.#step();
        return file.read(into, offset, length, position);
      },
      write: (from, offset, length, position) =>
        this.#write(file, path, {
          from,
          offset,
          length,
          position,
        }),
      size: () => file.size,
      truncate: (size) => {
        this.#step();
        file.truncate(size);
      },
      sync: () => {
        this.#step();
        if (this.faults.unsynced?.test(path) === true) return;
        if (this.faults.failing > 0 && this.#dice.chance(this.faults.failing)) {
          file.failSync(this.#dice);
          throw systemError("EIO", "fdatasync", path);
        }
        file.sync();
      },
      startSync: () => {
        this.#step();
        file.flushSome(this.#dice);
      },
      close: () => {},
    };
  }

  #write(file: SimulatedFile, path: string, { from, offset, length, position }: Piece): number {
    const dice = this.#dice;
    // The power may go while a write is under way.
    if (this.operations + 1 >= this.cutAt && dice.chance(0.5)) {
      file.write(from, offset, dice.below(length + 1), position);
    }
    this.#step();
    this.#failAtTimes("write", path);
    if (this.faults.full > 0 && this.#fullFor === 0 && dice.chance(this.faults.full)) {
      this.#fullFor = 1 + dice.below(4);
    }
    if (this.#fullFor > 0) {
      // What still fits is taken before the error comes.
      const isTakenInPart = length > 1 && dice.chance(0.3);
      if (!isTakenInPart) {
        this.#fullFor--;
        throw systemError("ENOSPC", "write", path);
      }
    }
    const isShort = length > 1 && (this.#fullFor > 0 || dice.chance(0.02));
    const part = isShort ? 1 + dice.below(length - 1) : length;
    file.write(from, offset, part, position);
    if (dice.chance(0.1)) file.flushSome(dice);
    return part;
  }
}

interface Piece {
  readonly from: Uint8Array;
  readonly offset: number;
  readonly length: number;
  readonly position: number;
}

function systemError(code: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall });
}
