/** Payments and refunds in an SQLite file. A transaction id is used once. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { toRupees } from "./amount.ts";
import { type CollectOrPay, type Payment, Refusal } from "./payment.ts";
import type { Refund, RefundRequest } from "./payment.ts";

const schema = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS transactions (
    txn_id TEXT PRIMARY KEY,
    original_txn_id TEXT,
    request TEXT NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS refunds_of ON transactions (original_txn_id);`;

/** `fresh` is false when the same request came before. */
export interface Outcome<Result> {
  readonly result: Result;
  readonly fresh: boolean;
}

export interface PaymentStore {
  readonly collect: (request: CollectOrPay) => Outcome<Payment>;
  readonly pay: (request: CollectOrPay) => Outcome<Payment>;
  readonly refund: (request: RefundRequest) => Outcome<Refund>;
  readonly get: (txnId: string) => Payment;
  readonly refundsOf: (txnId: string) => readonly Refund[];
  readonly close: () => void;
}

export function openStore(file: string): PaymentStore {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: 5_000 });
  database.exec(schema);
  const insert = database.prepare("INSERT INTO transactions VALUES (?, ?, ?, ?)");
  const update = database.prepare("UPDATE transactions SET document = ? WHERE txn_id = ?");
  const select = database.prepare(
    "SELECT original_txn_id, request, document FROM transactions WHERE txn_id = ?",
  );
  const selectRefunds = database.prepare(
    "SELECT document FROM transactions WHERE original_txn_id = ? ORDER BY rowid",
  );

  /** Runs `make` in one transaction, unless the id has been used before. */
  function once<Result extends { readonly txnId: string }>(
    kind: string,
    request: { readonly txnId: string; readonly originalTxnId?: string },
    make: () => Result,
  ): Outcome<Result> {
    const asked = `${kind} ${toText(request)}`;
    database.exec("BEGIN IMMEDIATE");
    try {
      const before = select.get(request.txnId) as { request: string; document: string } | undefined;
      if (before !== undefined && before.request !== asked) {
        const message = `txnId ${request.txnId} belongs to a different request`;
        throw new Refusal(409, "TXN_ID_REUSED", message);
      }
      const result = before === undefined ? make() : (fromText(before.document) as Result);
      if (before === undefined) {
        insert.run(request.txnId, request.originalTxnId ?? null, asked, toText(result));
      }
      database.exec("COMMIT");
      return { result, fresh: before === undefined };
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  }

  function get(txnId: string): Payment {
    const row = select.get(txnId) as { original_txn_id: string | null; document: string };
    if (row === undefined || row.original_txn_id !== null) {
      throw new Refusal(404, "NO_SUCH_PAYMENT", `there is no payment ${txnId}`);
    }
    return fromText(row.document) as Payment;
  }

  function refundsOf(txnId: string): readonly Refund[] {
    const rows = selectRefunds.all(txnId) as { document: string }[];
    return rows.map((row) => fromText(row.document) as Refund);
  }

  /** Marks the collect that a payment settles. */
  function settle(request: CollectOrPay, collectTxnId: string): void {
    const collect = get(collectTxnId);
    const same =
      collect.payer.addr === request.payer.addr &&
      collect.payee.addr === request.payee.addr &&
      collect.paise === request.paise;
    if (collect.kind !== "COLLECT" || collect.status !== "PENDING" || !same) {
      const why = same ? "is not an open collect" : "asks for other parties or another amount";
      throw new Refusal(409, "COLLECT_NOT_POSSIBLE", `${collectTxnId} ${why}`);
    }
    const settled: Payment = { ...collect, status: "SUCCESS", settledBy: request.txnId };
    update.run(toText(settled), collectTxnId);
  }

  return {
    get,
    refundsOf,
    collect: (request) =>
      once("collect", request, () => ({
        ...request,
        kind: "COLLECT",
        status: "PENDING",
        at: now(),
      })),
    pay: (request) =>
      once("pay", request, (): Payment => {
        const made = { ...request, kind: "PAY", at: now() } as const;
        if (request.payer.addr.startsWith("empty@")) {
          return { ...made, status: "DECLINED", reason: "INSUFFICIENT_FUNDS" };
        }
        if (request.collectTxnId !== undefined) settle(request, request.collectTxnId);
        return { ...made, status: "SUCCESS" };
      }),
    refund: (request) =>
      once("refund", request, () => {
        const original = get(request.originalTxnId);
        if (original.kind !== "PAY" || original.status !== "SUCCESS") {
          const message = `${original.txnId} is not a successful payment`;
          throw new Refusal(409, "REFUND_NOT_POSSIBLE", message);
        }
        let left = original.paise;
        for (const earlier of refundsOf(original.txnId)) left -= earlier.paise;
        if (request.paise > left) {
          const message = `${toRupees(left)} of ${original.txnId} can still be given back`;
          throw new Refusal(409, "REFUND_NOT_POSSIBLE", message);
        }
        return { ...request, at: now() };
      }),
    close: () => database.close(),
  };
}

function now(): string {
  return new Date().toISOString();
}

function toText(value: object): string {
  return JSON.stringify(value, (key, part: unknown) => (key === "paise" ? String(part) : part));
}

function fromText(text: string): unknown {
  return JSON.parse(text, (key, part: unknown) => (key === "paise" ? BigInt(String(part)) : part));
}
