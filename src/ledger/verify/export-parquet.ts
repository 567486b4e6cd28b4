/**
 * Writes the entries of a ledger as Apache Parquet, a file for each segment: one column for each
 * field of docs/reference/ledger-entries.md, so that DuckDB and its kin can ask about all of them.
 */
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Disk } from "#base/disk.ts";
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import { entryVersion, fieldsByKey, type Field } from "#ledger/entry/fields.ts";
import type { Exported } from "./export-tiles.ts";
import type { LogSource } from "./log-source.ts";
import { createNewFile } from "./write-new-file.ts";

interface Column {
  readonly name: string;
  readonly type: "INT64" | "STRING" | "BOOLEAN" | "JSON" | "TIMESTAMP";
  readonly valueOf: (value: unknown) => unknown;
}

type Row = Readonly<Record<string, unknown>>;

const asText = (value: unknown): unknown => value;

function columnOf(name: string, { type }: Field): Column {
  switch (type) {
    case "uint":
      return { name, type: "INT64", valueOf: (value) => BigInt(value as number) };
    case "flag":
      return { name, type: "BOOLEAN", valueOf: (value) => value === true };
    case "ids":
    case "texts":
    case "keys":
      return { name, type: "JSON", valueOf: asText };
    default:
      return { name, type: "STRING", valueOf: asText };
  }
}

const columns: readonly Column[] = [
  { name: "index", type: "INT64", valueOf: (value) => BigInt(value as number) },
  {
    name: "time",
    type: "TIMESTAMP",
    // Milliseconds; `timeUs` has all of it.
    valueOf: (value) => new Date(Math.floor((value as number) / 1_000)),
  },
  ...fieldsByKey.map(([name, field]) => columnOf(name, field)),
];

/** @param onProgress hears how many entries are written, of how many. */
export function exportParquet(
  source: LogSource,
  disk: Disk,
  folder: string,
  onProgress?: (entries: number, size: number) => void,
): Exported {
  const { origin, size } = source;
  let entries = 0;
  let files = 0;
  for (const { first, count, dropped } of source.segments()) {
    if (dropped) continue;
    const rows: Row[] = [];
    source.scan(first, first + count, (index, bytes) => {
      rows.push(rowOf(index, bytes));
      return true;
    });
    // Dropped meanwhile.
    if (rows.length === 0) continue;
    const name = `entries-${String(first).padStart(12, "0")}.parquet`;
    const file = createNewFile(disk, join(folder, name));
    try {
      file.append(fileOf(rows));
    } finally {
      file.close();
    }
    files++;
    entries += rows.length;
    onProgress?.(first + count, size);
  }
  return { origin, entries, files, dropped: size - entries };
}

/** What this version does not understand has its index, kind and version, if it has one, alone. */
function rowOf(index: number, bytes: Buffer): Row {
  const entry = decodeEntry(bytes);
  if (entry.kind === "malformed") return { index, kind: entry.kind };
  if (entry.kind === "opaque") return { index, kind: entry.kind, version: entry.version };
  return { ...entry, index, version: entryVersion, time: entry.timeUs };
}

function fileOf(rows: readonly Row[]): Buffer {
  const columnData = columns.map(({ name, type, valueOf }) => ({
    ...{ name, type, nullable: true },
    data: rows.map((row) => (row[name] === undefined ? null : valueOf(row[name]))),
  }));
  const compressors = { ZSTD: (input: Uint8Array) => zstdCompressSync(input) };
  const written = parquetWriteBuffer({ columnData, codec: "ZSTD", compressors });
  return Buffer.from(written);
}
