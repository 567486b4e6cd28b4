import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { parquetReadObjects } from "hyparquet";
import { nodeDisk } from "#base/platform.ts";
import { encodeEntry } from "#ledger/entry/encode-entry.ts";
import { entryAsJson } from "./entry-as-json.ts";
import { exportParquet } from "./export-parquet.ts";
import type { LogSource } from "./log-source.ts";

const id = "0199f3a27c1b7d4e9a550c7e6f1b2a3d";
const entries = [
  encodeEntry({
    kind: "exchange",
    timeUs: 1_795_000_000_000_001,
    exchange: id,
    revision: "0123456789abcdef",
    totalUs: 1_500,
    verdict: "forwarded",
    status: 200,
    service: "orders",
    aborted: true,
    redactions: ["card", "pin"],
  }),
  encodeEntry({ kind: "stop", timeUs: 1_795_000_000_500_000, reason: "SIGTERM" }),
  Buffer.from("a0", "hex"),
  // Of a version that is to come.
  Buffer.from("a2001903e70103", "hex"),
];

function sourceOf(parts: readonly Buffer[]): LogSource {
  const segment = { segment: 0, first: 0, count: parts.length, sealed: false, dropped: false };
  return {
    origin: "test/log/1",
    size: parts.length,
    segments: () => [{ ...segment, minMs: undefined, maxMs: undefined, bytes: 0 }],
    scan(from, to, visit) {
      for (let index = from; index < to; index++) visit(index, parts[index] as Buffer);
    },
  } as Partial<LogSource> as LogSource;
}

test("another reader of Parquet finds the same values, and nothing where nothing is", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "parlance-parquet-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const done = exportParquet(sourceOf(entries), nodeDisk, folder);
  assert.deepEqual(done, { origin: "test/log/1", entries: 4, files: 1, dropped: 0 });
  assert.deepEqual(readdirSync(folder), ["entries-000000000000.parquet"]);
  const bytes = readFileSync(join(folder, "entries-000000000000.parquet"));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const compressors = { ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) };
  const rows = await parquetReadObjects({ file, compressors });
  const plain = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([name, value]) => {
        if (value === null || value === undefined || name === "time") return [];
        return [[name, typeof value === "bigint" ? Number(value) : (value as unknown)]];
      }),
    ),
  );
  assert.deepEqual(plain[0], { index: 0, version: 1, ...entryAsJson(entries[0] as Buffer) });
  assert.deepEqual(plain[1], { index: 1, version: 1, ...entryAsJson(entries[1] as Buffer) });
  assert.deepEqual(plain[2], { index: 2, kind: "malformed" });
  assert.deepEqual(plain[3], { index: 3, version: 999, kind: "opaque" });
  assert.deepEqual(rows[0]?.["time"], new Date("2026-11-18T11:06:40.000Z"));
});
