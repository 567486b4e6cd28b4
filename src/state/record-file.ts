/**
 * Records and counts in one SQLite file: write-ahead log, synced with every transaction. Of one
 * thread; other threads and processes may have the same file open.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Claim, CountTaken, NewRecord, TakenCount } from "#base/durable-records.ts";
import { sqlite } from "#base/late-modules.ts";

export const fileName = "records.sqlite";

/** One change; several are made in one transaction. */
export type Change =
  | ({ readonly kind: "claim" | "replace" } & NewRecord)
  | { readonly kind: "remove"; readonly scope: string; readonly key: string }
  | ({ readonly kind: "take" } & TakenCount)
  | { readonly kind: "give-back"; readonly key: string; readonly amount: number };

export type Changed = Claim | CountTaken | undefined;

export interface RecordFile {
  /** All of them or, when it throws, none; what was changed is on the disk. */
  change(changes: readonly Change[]): readonly Changed[];
  close(): void;
}

/** Of a record, beside key and value: about what its row and its places in indexes take. */
const rowBytes = 120;
/** Those that are over and are dropped with one change. */
const droppedMax = 20;
const lockWaitMs = 5_000;

/** A disk that is slow to sync makes whoever opens the file wait while another one makes it. */
const openWaitMs = 30_000;
const version = 1;

const settings = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA journal_size_limit = 16777216;
`;
const tables = `
  CREATE TABLE records (
    id INTEGER PRIMARY KEY, scope TEXT NOT NULL, key TEXT NOT NULL, until_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL, value BLOB NOT NULL, UNIQUE (scope, key)) STRICT;
  CREATE INDEX records_until ON records (until_ms);
  CREATE TABLE scopes (scope TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT;
  CREATE TABLE counts (
    key TEXT PRIMARY KEY, until_ms INTEGER NOT NULL, taken INTEGER NOT NULL) STRICT;
  CREATE INDEX counts_until ON counts (until_ms);
  PRAGMA user_version = ${version};
`;

export function openRecordFile(path: string): RecordFile {
  const file = new (sqlite().DatabaseSync)(path, { timeout: openWaitMs });
  file.exec(settings);
  inTransaction(file, () => makeTables(file));
  file.exec(`PRAGMA busy_timeout = ${lockWaitMs}`);
  const sql = (text: string): StatementSync => file.prepare(text);
  const find = sql("SELECT value, until_ms, bytes FROM records WHERE scope = ? AND key = ?");
  const insert = sql(
    "INSERT INTO records (scope, key, until_ms, bytes, value) VALUES (?, ?, ?, ?, ?)",
  );
  const drop = sql("DELETE FROM records WHERE scope = ? AND key = ?");
  const grow = sql(
    "INSERT INTO scopes (scope, bytes) VALUES (?, ?) " +
      "ON CONFLICT (scope) DO UPDATE SET bytes = bytes + excluded.bytes",
  );
  const size = sql("SELECT bytes FROM scopes WHERE scope = ?");
  const dropOld = sql(
    "DELETE FROM records WHERE id IN (SELECT id FROM records WHERE until_ms <= ? " +
      `ORDER BY until_ms LIMIT ${droppedMax}) RETURNING scope, bytes`,
  );
  const count = sql("SELECT taken, until_ms FROM counts WHERE key = ?");
  const setCount = sql(
    "INSERT INTO counts (key, until_ms, taken) VALUES (?, ?, ?) " +
      "ON CONFLICT (key) DO UPDATE SET until_ms = excluded.until_ms, taken = excluded.taken",
  );
  const giveBack = sql("UPDATE counts SET taken = max(taken - ?, 0) WHERE key = ?");
  const dropOldCounts = sql(
    "DELETE FROM counts WHERE key IN (SELECT key FROM counts WHERE until_ms <= ? " +
      `ORDER BY until_ms LIMIT ${droppedMax})`,
  );

  function remove(scope: string, key: string, bytes: number): void {
    drop.run(scope, key);
    grow.run(scope, -bytes);
  }

  function keep(record: NewRecord, isReplacing: boolean): Claim {
    const { scope, key, value, nowMs, untilMs, scopeBytesMax } = record;
    for (const old of dropOld.all(nowMs)) grow.run(old["scope"] ?? "", -Number(old["bytes"]));
    const found = find.get(scope, key);
    const isOver = found === undefined || Number(found["until_ms"]) <= nowMs;
    if (!isOver && !isReplacing) return { kind: "present", value: found["value"] as Uint8Array };
    const bytes = rowBytes + key.length + value.length;
    const before = found === undefined ? 0 : Number(found["bytes"]);
    const all = Number(size.get(scope)?.["bytes"] ?? 0);
    if (all - before + bytes > scopeBytesMax) return { kind: "full" };
    if (found !== undefined) remove(scope, key, before);
    insert.run(scope, key, untilMs, bytes, value);
    grow.run(scope, bytes);
    return { kind: "kept" };
  }

  function take({ key, wanted, max, known = 0, nowMs, untilMs }: TakenCount): CountTaken {
    dropOldCounts.run(nowMs);
    const found = count.get(key);
    const isOver = found === undefined || Number(found["until_ms"]) <= nowMs;
    const before = Math.max(isOver ? 0 : Number(found["taken"]), known);
    const granted = Math.max(0, Math.min(wanted, max - before));
    if (granted > 0) setCount.run(key, untilMs, before + granted);
    return { granted, taken: before + granted };
  }

  function changeOne(change: Change): Changed {
    switch (change.kind) {
      case "claim":
        return keep(change, false);
      case "replace":
        return keep(change, true);
      case "remove": {
        const found = find.get(change.scope, change.key);
        if (found !== undefined) remove(change.scope, change.key, Number(found["bytes"]));
        return undefined;
      }
      case "take":
        return take(change);
      case "give-back":
        giveBack.run(change.amount, change.key);
        return undefined;
    }
  }

  return {
    change: (changes) => inTransaction(file, () => changes.map(changeOne)),
    close: () => file.close(),
  };
}

/** All of them in one transaction, and so with one sync. */
function makeTables(file: DatabaseSync): void {
  const found = Number(file.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (found === 0) return file.exec(tables);
  if (found === version) return;
  throw new Error(`its records are of version ${found}; expected version ${version}`);
}

function inTransaction<Made>(file: DatabaseSync, make: () => Made): Made {
  file.exec("BEGIN IMMEDIATE");
  try {
    const made = make();
    file.exec("COMMIT");
    return made;
  } catch (cause) {
    if (file.isTransaction) file.exec("ROLLBACK");
    throw cause;
  }
}
