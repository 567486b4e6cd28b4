/**
 * Invoices for orders, from a SOAP service that is called as if it spoke JSON: the gateway
 * translates. An order never fails because of its invoice; what went wrong is kept with it.
 */
import type { Order, OrderInvoice } from "./order.ts";

export interface BillingOptions {
  /** The gateway's. */
  readonly url: string;
  readonly key: string;
}

const callMs = 3_000;

export type Billing = ReturnType<typeof createBilling>;

type Trouble = Pick<OrderInvoice, "reason" | "exchange">;
type Answer = { readonly ok: true; readonly json: unknown } | ({ readonly ok: false } & Trouble);

export function createBilling({ url, key }: BillingOptions) {
  const base = url.replace(/\/$/, "");

  async function call(operation: string, input: object, parent?: string): Promise<Answer> {
    try {
      const answer = await fetch(`${base}/billing/${operation}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-api-key": key,
          ...(parent === undefined ? {} : { "parlance-exchange": parent }),
        },
        body: JSON.stringify(input),
        signal: AbortSignal.timeout(callMs),
      });
      const text = await answer.text();
      const exchange = answer.headers.get("parlance-exchange");
      const ids = exchange === null ? {} : { exchange };
      if (!answer.ok) return { ok: false, reason: reasonIn(text, answer), ...ids };
      return { ok: true, json: text === "" ? undefined : JSON.parse(text) };
    } catch (error) {
      return { ok: false, reason: `no answer from billing: ${whyOf(error)}` };
    }
  }

  async function issue(order: Order, parent?: string): Promise<OrderInvoice> {
    const input = {
      orderId: order.id,
      customer: { name: order.customer, email: order.customer },
      line: order.lines.map(({ sku, name, quantity, unitPrice }) => ({
        sku,
        description: name,
        quantity,
        unitPrice,
      })),
      currency: order.currency,
    };
    const answer = await call("createInvoice", input, parent);
    if (!answer.ok) return missing(answer);
    const { invoice } = (answer.json ?? {}) as { invoice?: { number?: unknown } };
    const number = invoice?.number;
    if (typeof number === "string") return { state: "issued", number };
    return { state: "missing", reason: "billing answered without an invoice number" };
  }

  /**
   * Brings the invoice to where the order stands; undefined when there is nothing to do.
   * @param parent the exchange in whose course that happens: the ledger shows them together.
   */
  async function follow(order: Order, parent?: string): Promise<OrderInvoice | undefined> {
    let invoice = order.invoice;
    if (order.status === "cancelled") {
      if (invoice?.state !== "issued") return undefined;
      const reason = order.cancelReason ?? null;
      const answer = await call("cancelInvoice", { number: invoice.number, reason }, parent);
      return answer.ok ? { ...invoice, state: "cancelled" } : { ...invoice, ...troubleOf(answer) };
    }
    const isNew = invoice === undefined || invoice.state === "missing";
    if (isNew) invoice = await issue(order, parent);
    if (order.status !== "paid" || invoice?.state !== "issued") return isNew ? invoice : undefined;
    const notice = {
      number: invoice.number,
      paidAt: order.changedAt,
      reference: order.paymentId ?? order.id,
    };
    const answer = await call("notifyPaid", notice, parent);
    return answer.ok ? { ...invoice, state: "paid" } : { ...invoice, ...troubleOf(answer) };
  }

  return { follow };
}

function missing(answer: Trouble): OrderInvoice {
  return { state: "missing", ...troubleOf(answer) };
}

function troubleOf({ reason, exchange }: Trouble): Trouble {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(exchange === undefined ? {} : { exchange }),
  };
}

/** The reason in a problem document, else the status line. */
function reasonIn(text: string, answer: Response): string {
  try {
    const { detail, title } = JSON.parse(text) as { detail?: unknown; title?: unknown };
    if (typeof detail === "string") return detail;
    if (typeof title === "string") return title;
  } catch {
    // Not a problem document; the status line says enough.
  }
  return `billing answered ${answer.status} ${answer.statusText}`.trim();
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `nothing within ${callMs / 1000} seconds`;
  if (error instanceof SyntaxError) return "what it answered is not JSON";
  const { cause } = error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : error.message;
}
