/**
 * Orders in one SQLite file that all instances share (write-ahead log, one writer at a time).
 * Every change also writes an event row, so that each instance can tell what the others did.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { NewOrder, Order, OrderEvent, OrderInvoice, OrderStatus } from "./order.ts";
import { refusalOfStep, totalOf } from "./order.ts";
import { noSuchOrder, ProblemError } from "./problem.ts";

const schema = `
  BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS orders (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    document TEXT NOT NULL,
    idempotency_key TEXT UNIQUE,
    request TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS orders_by_status ON orders (status, number);
  CREATE TABLE IF NOT EXISTS events (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
  COMMIT;`;

const busyMs = 5_000;
/** SQLITE_BUSY */
const busyCode = 5;

export interface PageQuery {
  readonly limit: number;
  readonly after?: string;
  readonly status?: OrderStatus;
}

export interface OrderStore {
  readonly create: (
    order: NewOrder,
    idempotencyKey: string | undefined,
  ) => { readonly order: Order; readonly created: boolean };
  readonly get: (id: string) => Order;
  readonly list: (query: PageQuery) => { readonly items: Order[]; readonly next?: string };
  readonly change: (
    id: string,
    status: OrderStatus,
    more: { readonly paymentId?: string; readonly cancelReason?: string },
  ) => Order;
  /** What billing made of it; tells the followers. */
  readonly noteInvoice: (id: string, invoice: OrderInvoice) => Order;
  readonly lastSequence: () => number;
  readonly eventsAfter: (sequence: number) => OrderEvent[];
  readonly close: () => void;
}

interface OrderRow {
  readonly number: number;
  readonly document: string;
  readonly request: string;
}

/**
 * Several instances may open a new file at once. While one of them turns it into a write-ahead log
 * the others are told at once that it is busy, whatever time-out they have set: they try again.
 */
function openFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: busyMs });
  const untilMs = performance.now() + busyMs;
  for (;;) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      break;
    } catch (error) {
      const isBusy = error instanceof Error && "errcode" in error && error.errcode === busyCode;
      if (!isBusy || performance.now() > untilMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
  database.exec("PRAGMA synchronous = NORMAL");
  database.exec(schema);
  return database;
}

export function openStore(file: string): OrderStore {
  mkdirSync(dirname(file), { recursive: true });
  const database = openFile(file);
  const insertOrder = database.prepare(
    "INSERT INTO orders (id, status, document, idempotency_key, request) VALUES (?, ?, ?, ?, ?)",
  );
  const updateOrder = database.prepare("UPDATE orders SET status = ?, document = ? WHERE id = ?");
  const insertEvent = database.prepare("INSERT INTO events (kind, document) VALUES (?, ?)");
  const byId = database.prepare("SELECT number, document, request FROM orders WHERE id = ?");
  const byKey = database.prepare(
    "SELECT number, document, request FROM orders WHERE idempotency_key = ?",
  );
  const page = database.prepare(
    `SELECT number, document FROM orders WHERE number < :after
       AND (:status IS NULL OR status = :status) ORDER BY number DESC LIMIT :limit`,
  );
  const later = database.prepare(
    "SELECT sequence, kind, document FROM events WHERE sequence > ? ORDER BY sequence LIMIT 500",
  );
  const last = database.prepare("SELECT coalesce(max(sequence), 0) AS sequence FROM events");

  function inTransaction<Result>(run: () => Result): Result {
    database.exec("BEGIN IMMEDIATE");
    try {
      const result = run();
      database.exec("COMMIT");
      return result;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  }

  function get(id: string): Order {
    const row = byId.get(id) as OrderRow | undefined;
    if (row === undefined) throw noSuchOrder(id);
    return JSON.parse(row.document) as Order;
  }

  function createNew(fresh: NewOrder, key: string | undefined, request: string): Order {
    const now = new Date().toISOString();
    const order: Order = {
      id: `o-${randomBytes(8).toString("hex")}`,
      status: "placed",
      ...fresh,
      total: totalOf(fresh.lines),
      currency: "INR",
      createdAt: now,
      changedAt: now,
    };
    const document = JSON.stringify(order);
    insertOrder.run(order.id, order.status, document, key ?? null, request);
    insertEvent.run("created", document);
    return order;
  }

  return {
    get,
    create: (fresh, key) =>
      inTransaction(() => {
        const request = JSON.stringify(fresh);
        const before = key === undefined ? undefined : (byKey.get(key) as OrderRow | undefined);
        if (before === undefined) return { order: createNew(fresh, key, request), created: true };
        if (before.request === request) {
          return { order: JSON.parse(before.document) as Order, created: false };
        }
        const detail = `Idempotency-Key ${key} was used for a different order.`;
        throw new ProblemError(409, "idempotency-key-reused", "Key used before", detail);
      }),
    list: ({ limit, after, status }) => {
      const rows = page.all({
        limit: limit + 1,
        after: after === undefined ? Number.MAX_SAFE_INTEGER : Number(after),
        status: status ?? null,
      }) as unknown as OrderRow[];
      const items = rows.slice(0, limit).map((row) => JSON.parse(row.document) as Order);
      const lastRow = rows[limit - 1];
      if (rows.length <= limit || lastRow === undefined) return { items };
      return { items, next: String(lastRow.number) };
    },
    change: (id, status, more) =>
      inTransaction(() => {
        const order = get(id);
        const refusal = refusalOfStep(order.status, status);
        if (refusal !== undefined) {
          throw new ProblemError(409, "status-not-possible", "Status not possible", `${refusal}.`);
        }
        const changed: Order = { ...order, status, ...more, changedAt: new Date().toISOString() };
        const document = JSON.stringify(changed);
        updateOrder.run(status, document, id);
        insertEvent.run(status === "cancelled" ? "cancelled" : "status-changed", document);
        return changed;
      }),
    noteInvoice: (id, invoice) =>
      inTransaction(() => {
        const changed: Order = { ...get(id), invoice, changedAt: new Date().toISOString() };
        const document = JSON.stringify(changed);
        updateOrder.run(changed.status, document, id);
        insertEvent.run("invoiced", document);
        return changed;
      }),
    lastSequence: () => (last.get() as { sequence: number }).sequence,
    eventsAfter: (sequence) =>
      (later.all(sequence) as { sequence: number; kind: string; document: string }[]).map(
        (row) => ({
          sequence: row.sequence,
          kind: row.kind as OrderEvent["kind"],
          order: JSON.parse(row.document) as Order,
        }),
      ),
    close: () => database.close(),
  };
}
