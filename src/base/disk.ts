/**
 * A disk, as a store that survives power cuts needs it: synchronous, one system call a function, so
 * that a simulated disk can stand in. Errors are those of node:fs, with their `code`.
 */
export interface DiskFile {
  /** @returns how many bytes were read: fewer than `length` only at the end of the file. */
  read(into: Uint8Array, offset: number, length: number, position: number): number;
  /** @returns how many bytes were written, which may be fewer than `length`. */
  write(from: Uint8Array, offset: number, length: number, position: number): number;
  size(): number;
  truncate(size: number): void;
  /** All that was written, and the size, are on the disk afterwards; names are not. */
  sync(): void;
  /** Begins to do so, that `sync` finds less to do; says nothing of success or failure. */
  startSync(): void;
  close(): void;
}

/** read: must exist. write: must exist. create: must not exist yet; may be read, too. */
export type OpenMode = "read" | "write" | "create";

export interface DiskEntry {
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  readonly isFolder: boolean;
}

export interface Disk {
  /** @param permissions of a file that is created; 0o644 otherwise. */
  open(path: string, mode: OpenMode, permissions?: number): DiskFile;
  /** Undefined: there is nothing of this name. */
  stat(path: string): DiskEntry | undefined;
  /** Names in a folder, sorted. */
  list(folder: string): readonly string[];
  /** And those above it. */
  makeFolder(folder: string, permissions?: number): void;
  /** What names a folder holds is on the disk afterwards. */
  syncFolder(folder: string): void;
  /** Puts a file in the place of another one, in one step. */
  rename(from: string, to: string): void;
  /** Gives a file a second name, which must not exist yet: EEXIST tells that it does. */
  link(from: string, to: string): void;
  remove(path: string): void;
}
