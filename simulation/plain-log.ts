/**
 * A control: the least that somebody might write instead of the ledger's store. Frames in one file,
 * each with a checksum; after a cut it goes on in the same file behind the last good frame. With
 * `isChained` the checksum covers the one before and a number drawn at each start.
 */
import { crc32 } from "node:zlib";
import type { DiskFile } from "#base/disk.ts";
import type { Dice } from "./random.ts";
import type { SimulatedDisk } from "./simulated-disk.ts";

const path = "/plain";
/** checksum 4, run 4, index 4, length 4. */
const headBytes = 16;

export interface PlainLog {
  readonly entries: readonly Buffer[];
  write(entry: Buffer): void;
  sync(): void;
}

export function openPlainLog(disk: SimulatedDisk, dice: Dice, isChained: boolean): PlainLog {
  const isNew = disk.stat(path) === undefined;
  const file = disk.open(path, isNew ? "create" : "write");
  if (isNew) disk.syncFolder("/");
  const { entries, position: end, previous: last } = readAll(file, isChained);
  let position = end;
  let previous = last;
  // A frame of another run cannot follow one of this run, and a chained one only its own.
  const run = isChained ? dice.below(2 ** 32) : 0;
  return {
    entries,
    write(entry) {
      const frame = Buffer.alloc(headBytes + entry.length);
      frame.writeUInt32BE(run, 4);
      frame.writeUInt32BE(entries.length, 8);
      frame.writeUInt32BE(entry.length, 12);
      entry.copy(frame, headBytes);
      previous = crc32(frame.subarray(4), isChained ? previous : 0);
      frame.writeUInt32BE(previous, 0);
      for (let done = 0; done < frame.length;) {
        done += file.write(frame, done, frame.length - done, position + done);
      }
      position += frame.length;
      entries.push(entry);
    },
    sync: () => file.sync(),
  };
}

function readAll(file: DiskFile, isChained: boolean) {
  const bytes = Buffer.alloc(file.size());
  file.read(bytes, 0, bytes.length, 0);
  const entries: Buffer[] = [];
  let position = 0;
  let previous = 0;
  while (position + headBytes <= bytes.length) {
    const length = bytes.readUInt32BE(position + 12);
    const end = position + headBytes + length;
    if (end > bytes.length || bytes.readUInt32BE(position + 8) !== entries.length) break;
    const checksum = crc32(bytes.subarray(position + 4, end), isChained ? previous : 0);
    if (checksum !== bytes.readUInt32BE(position) || length === 0) break;
    entries.push(Buffer.from(bytes.subarray(position + headBytes, end)));
    previous = checksum;
    position = end;
  }
  return { entries, position, previous };
}
