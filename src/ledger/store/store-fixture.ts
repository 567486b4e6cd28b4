/** Ledgers in folders of their own, for tests. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Disk } from "#base/disk.ts";
import { createLog, type LogRecord } from "#base/log.ts";
import { nodeDisk, nodePlatform, nodeProcesses } from "#base/platform.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import type { LogOptions, LogReader, LogWriter } from "./log.ts";
import { openReader } from "./log-reader.ts";
import { openLog, type OpenedLog } from "./open-log.ts";
import { LedgerProblem } from "./problems.ts";

export interface Place {
  readonly path: string;
  readonly checkpoints: string;
  /** What the ledger told its operator. */
  readonly told: LogRecord[];
  options(more?: Partial<LogOptions>): LogOptions;
  open(more?: Partial<LogOptions>): OpenedLog;
  read(): LogReader;
}

export function withPlace(run: (place: Place) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "parlance-ledger-"));
  const opened: { close(): void }[] = [];
  try {
    run(createPlace(folder, opened));
  } finally {
    for (const one of opened) closeAgain(one);
    rmSync(folder, { recursive: true, force: true });
  }
}

function createPlace(folder: string, opened: { close(): void }[]): Place {
  const path = join(folder, "ledger");
  const checkpoints = join(folder, "checkpoints");
  const told: LogRecord[] = [];
  const log = createLog(
    () => 0,
    (record) => void told.push(record),
  );
  const options = (more: Partial<LogOptions> = {}): LogOptions => ({
    ...{ path, checkpoints, name: "example.org/test", disk: nodeDisk, nowMs: 0, log },
    ...{ random: nodePlatform.random, processes: nodeProcesses, ...more },
  });
  return {
    path,
    checkpoints,
    told,
    options,
    open(more) {
      const result = openLog(options(more));
      opened.push(result.writer);
      return result;
    },
    read() {
      const reader = openReader({ path, disk: nodeDisk, processes: nodeProcesses });
      opened.push(reader);
      return reader;
    },
  };
}

/** The test may have closed it, or it has failed. */
function closeAgain(one: { close(): void }): void {
  try {
    one.close();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

export function entryOf(index: number): Buffer {
  return Buffer.from(`entry ${index} ${"x".repeat(index % 300)}`);
}

/** An entry of kind `exchange`, made at `index` milliseconds. */
export function exchangeEntry(index: number): Buffer {
  return encodeEntry({
    kind: "exchange",
    timeUs: (index + 1) * 1_000,
    exchange: exchangeId(index),
    revision: "0011223344556677",
    totalUs: 5,
    verdict: "forwarded",
    status: 200,
  });
}

export function exchangeId(index: number): string {
  const tail = createHash("sha256").update(String(index)).digest("hex").slice(0, 20);
  return (index + 1).toString(16).padStart(12, "0") + tail;
}

export function addAll(writer: LogWriter, entries: readonly Buffer[]): void {
  for (const entry of entries) writer.add(entry, 0, entry.length);
  writer.write();
  writer.sync();
}

export function codeOf(run: () => unknown): { readonly code: string; readonly detail: string } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof LedgerProblem)) throw error;
    return { code: error.problem.definition.code, detail: error.problem.detail };
  }
  return { code: "none", detail: "" };
}

/** Every file below a folder with its content. */
export function snapshot(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), "base64")]));
}

/** The disk, but for operations that fail with an error of the system. */
export function failingDisk(code: string, fails: (call: string, path: string) => boolean): Disk {
  const check = (call: string, path: string): void => {
    if (!fails(call, path)) return;
    throw Object.assign(new Error(`${code}: ${call} '${path}'`), { code, syscall: call });
  };
  return {
    ...nodeDisk,
    open(path, mode, permissions) {
      check(mode, path);
      const file = nodeDisk.open(path, mode, permissions);
      return {
        ...file,
        write(from, offset, length, position) {
          check("write", path);
          return file.write(from, offset, length, position);
        },
        sync() {
          check("sync", path);
          file.sync();
        },
      };
    },
    makeFolder(path, permissions) {
      check("makeFolder", path);
      nodeDisk.makeFolder(path, permissions);
    },
    rename(from, to) {
      check("rename", to);
      nodeDisk.rename(from, to);
    },
  };
}
