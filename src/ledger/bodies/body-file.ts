/**
 * Files of bodies: `bodies/<run>-<worker>-<number>.bodies`. A worker writes one at a time and never
 * opens an old one again; each is bounded in size and in time, so that it can be dropped whole.
 */
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { readSmallFile } from "./key-file.ts";

const magic = Buffer.from("parlance bodies 1\n", "latin1");
export const bodyFileHeaderBytes = magic.length + 8;

/** How long a worker writes into one file. */
export const bodyFileSpanMs = 3_600_000;
export const bodyFileBytesMax = 256 * 1024 ** 2;

/** Where a record stands. */
export interface BodyReference {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

const suffix = ".bodies";
const referenceForm = /^([0-9a-f]{8}-\d{1,5}-\d{1,10}):(\d{1,15}):(\d{1,10})$/;

export function bodiesFolder(ledger: string): string {
  return join(ledger, "bodies");
}

/** @param run 8 hexadecimal digits, others at each start. */
export function bodyFileName(run: string, worker: number, number: number): string {
  return `${run}-${worker}-${number}`;
}

export function bodyFilePath(ledger: string, name: string): string {
  return join(bodiesFolder(ledger), name + suffix);
}

export function bodyFileHeader(startMs: number): Buffer {
  const header = Buffer.alloc(bodyFileHeaderBytes);
  header.set(magic);
  header.writeBigUInt64BE(BigInt(Math.floor(startMs)), magic.length);
  return header;
}

/** Undefined: it is no file of bodies, or not as far as its header. */
export function bodyFileStartMs(disk: Disk, ledger: string, name: string): number | undefined {
  const header = readSmallFile(disk, bodyFilePath(ledger, name), bodyFileHeaderBytes);
  if (header === undefined || header.length < bodyFileHeaderBytes) return undefined;
  if (!header.subarray(0, magic.length).equals(magic)) return undefined;
  return Number(header.readBigUInt64BE(magic.length));
}

export function bodyFileNames(disk: Disk, ledger: string): readonly string[] {
  const folder = bodiesFolder(ledger);
  if (disk.stat(folder) === undefined) return [];
  const names = disk.list(folder).filter((name) => name.endsWith(suffix));
  return names.map((name) => name.slice(0, -suffix.length));
}

export function formatReference({ file, offset, length }: BodyReference): string {
  return `${file}:${offset}:${length}`;
}

export function parseReference(text: string): BodyReference | undefined {
  const found = referenceForm.exec(text);
  if (found === null) return undefined;
  return { file: found[1] as string, offset: Number(found[2]), length: Number(found[3]) };
}
