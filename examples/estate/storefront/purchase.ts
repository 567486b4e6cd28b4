/** Buying and cancelling: which calls are made, in which order, and what a failure leads to. */
import { randomUUID } from "node:crypto";
import { catalogue } from "./catalogue.ts";
import type { CallAnswer, Gateway, Step } from "./gateway.ts";
import { payRequest, refundRequest, rootAttributes } from "./payment-xml.ts";

export interface Order {
  readonly id: string;
  readonly status: string;
  readonly total: string;
  readonly paymentId?: string;
  /** Shown as it is. */
  readonly invoice?: object;
}

export interface Wish {
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly customer: string;
  readonly payer: string;
}

export interface Outcome {
  readonly kind: "paid" | "declined" | "cancelled" | "failed" | "undecided";
  /** One sentence for the customer. */
  readonly message: string;
  readonly order?: Order;
  readonly steps: readonly Step[];
}

const json = "application/json";
const xml = "application/xml";

export function createShop(gateway: Gateway) {
  /** One purchase or cancellation: remembers its steps and passes the caller's trace on. */
  function begin(traceparent: string | undefined) {
    const steps: Step[] = [];
    async function send(
      what: string,
      method: "GET" | "POST" | "PUT",
      path: string,
      content?: { readonly json: object } | { readonly xml: string },
      idempotencyKey?: string,
    ): Promise<CallAnswer> {
      const isXml = path.startsWith("/payments/");
      const type = isXml ? xml : json;
      const answer = await gateway.call(
        {
          what,
          method,
          path,
          accept: type,
          ...(content === undefined
            ? {}
            : {
                contentType: type,
                body: "xml" in content ? content.xml : JSON.stringify(content.json),
              }),
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        },
        traceparent,
      );
      steps.push(answer.step);
      return answer;
    }
    return { steps, send };
  }

  async function buy(wish: Wish, traceparent?: string): Promise<Outcome> {
    const { steps, send } = begin(traceparent);
    const lines = wish.items.map(({ sku, quantity }) => {
      const product = catalogue.find((candidate) => candidate.sku === sku);
      if (product === undefined) throw new RangeError(`nothing in the catalogue is called ${sku}`);
      return { sku, name: product.name, quantity, unitPrice: product.price };
    });
    const content = { json: { customer: wish.customer, lines } };
    const placed = await send("Place the order", "POST", "/orders/orders", content, randomUUID());
    if (!placed.ok) {
      return { kind: "failed", message: "The order could not be placed.", steps };
    }
    const order = JSON.parse(placed.text) as Order;
    const txnId = `T-${order.id.slice(2)}`;
    const request = payRequest(txnId, wish.payer, order.total, `Order ${order.id}`);
    const answer = await send("Pay", "POST", "/payments/pay", { xml: request });
    const payment = await settled(answer, txnId, send);
    if (payment.kind === "unknown") {
      const message = `Nobody can say whether order ${order.id} was paid. It stays as it is.`;
      return { kind: "undecided", message, order, steps };
    }
    if (payment.kind === "declined") noteDecline(steps, payment.reason);
    if (payment.kind !== "paid") return giveUp(order, payment, steps, send);
    const change = { json: { status: "paid", paymentId: txnId } };
    const paid = await send("Mark as paid", "PUT", `/orders/orders/${order.id}/status`, change);
    if (!paid.ok) {
      const message = `Order ${order.id} is paid (${txnId}), but could not be marked as paid.`;
      return { kind: "undecided", message, order, steps };
    }
    const message = `Order ${order.id} is placed and paid.`;
    return { kind: "paid", message, order: JSON.parse(paid.text) as Order, steps };
  }

  async function cancel(id: string, traceparent?: string): Promise<Outcome> {
    const { steps, send } = begin(traceparent);
    const found = await send("Read the order", "GET", `/orders/orders/${id}`);
    if (!found.ok) return { kind: "failed", message: "The order could not be read.", steps };
    const order = JSON.parse(found.text) as Order;
    const reason = { json: { reason: "cancelled by the customer" } };
    const path = `/orders/orders/${id}/cancel`;
    const cancelled = await send("Cancel the order", "POST", path, reason);
    if (!cancelled.ok) {
      return { kind: "failed", message: `Order ${id} could not be cancelled.`, order, steps };
    }
    const after = JSON.parse(cancelled.text) as Order;
    if (order.paymentId === undefined) {
      return { kind: "cancelled", message: `Order ${id} is cancelled.`, order: after, steps };
    }
    const request = refundRequest(`R-${id.slice(2)}`, order.paymentId, order.total);
    const refunded = await send("Refund", "POST", "/payments/refund", { xml: request });
    const message = refunded.ok
      ? `Order ${id} is cancelled and the money is on its way back.`
      : `Order ${id} is cancelled, but the refund of ${order.total} failed.`;
    return { kind: refunded.ok ? "cancelled" : "undecided", message, order: after, steps };
  }

  return { buy, cancel };
}

type Send = (
  what: string,
  method: "GET" | "POST" | "PUT",
  path: string,
  content?: { readonly json: object } | { readonly xml: string },
) => Promise<CallAnswer>;

interface Unpaid {
  readonly kind: "declined" | "failed";
  readonly reason: string;
}

type Verdict = { readonly kind: "paid" } | { readonly kind: "unknown" } | Unpaid;

/** What became of a payment; "unknown" when not even a question back could tell. */
async function settled(answer: CallAnswer, txnId: string, send: Send): Promise<Verdict> {
  if (answer.ok) return verdict(answer);
  if (answer.status !== undefined && answer.status < 500) {
    return { kind: "failed", reason: answer.step.trouble ?? "refused" };
  }
  const asked = await send("Ask where the payment stands", "GET", `/payments/payments/${txnId}`);
  if (asked.ok) return verdict(asked);
  // Only the payments service itself may say that it never saw the payment.
  const never = asked.status === 404 && asked.text.includes("NO_SUCH_PAYMENT");
  return never ? { kind: "failed", reason: "it never arrived" } : { kind: "unknown" };
}

function verdict(answer: CallAnswer): Verdict {
  try {
    const { status, reason } = rootAttributes(answer.text);
    if (status === "SUCCESS") return { kind: "paid" };
    if (status !== "DECLINED") return { kind: "unknown" };
    return { kind: "declined", reason: reason ?? "no reason given" };
  } catch {
    return { kind: "unknown" };
  }
}

/** A declined payment is a successful call: the step says what the status does not. */
function noteDecline(steps: Step[], reason: string): void {
  const last = steps.pop();
  if (last !== undefined) steps.push({ ...last, note: `The bank declined: ${reason}` });
}

async function giveUp(order: Order, payment: Unpaid, steps: Step[], send: Send): Promise<Outcome> {
  const { kind, reason } = payment;
  const content = { json: { reason: `not paid: ${reason}`.slice(0, 200) } };
  const path = `/orders/orders/${order.id}/cancel`;
  const cancelled = await send("Cancel the order", "POST", path, content);
  const end = cancelled.ok ? "is cancelled" : "could not be cancelled either";
  const why = reason === "INSUFFICIENT_FUNDS" ? "not enough money in the account" : reason;
  const what = kind === "declined" ? "The payment was declined" : "The payment failed";
  return {
    kind,
    message: `${what}: ${why.replace(/\.$/, "")}. Order ${order.id} ${end}.`,
    order: cancelled.ok ? (JSON.parse(cancelled.text) as Order) : order,
    steps,
  };
}
