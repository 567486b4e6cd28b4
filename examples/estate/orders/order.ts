/** What an order is and how its status may move. */
import { toDecimal, toHundredths } from "./money.ts";

export const statuses = ["placed", "paid", "packed", "shipped", "delivered", "cancelled"] as const;
export type OrderStatus = (typeof statuses)[number];

export interface OrderLine {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  /** Decimal string, as all money. */
  readonly unitPrice: string;
}

export interface NewOrder {
  readonly customer: string;
  readonly lines: readonly OrderLine[];
  readonly note?: string;
}

/** What billing made of an order; "missing" when it could not be asked, or refused. */
export interface OrderInvoice {
  readonly state: "issued" | "paid" | "cancelled" | "missing";
  /** 64 bits, so a string. */
  readonly number?: string;
  /** Why something is missing, in the words of whoever refused it. */
  readonly reason?: string;
  /** The id of the failed call. */
  readonly exchange?: string;
}

export interface Order extends NewOrder {
  readonly id: string;
  readonly status: OrderStatus;
  readonly total: string;
  readonly currency: "INR";
  readonly paymentId?: string;
  readonly invoice?: OrderInvoice;
  readonly cancelReason?: string;
  readonly createdAt: string;
  readonly changedAt: string;
}

export interface OrderEvent {
  readonly sequence: number;
  readonly kind: "created" | "status-changed" | "cancelled" | "invoiced";
  readonly order: Order;
}

export function totalOf(lines: readonly OrderLine[]): string {
  let sum = 0n;
  for (const line of lines) sum += toHundredths(line.unitPrice) * BigInt(line.quantity);
  return toDecimal(sum);
}

/** Undefined when the step is allowed, else why not. */
export function refusalOfStep(from: OrderStatus, to: OrderStatus): string | undefined {
  if (to === "cancelled") {
    if (from === "placed" || from === "paid" || from === "packed") return undefined;
    return `an order that is ${from} cannot be cancelled`;
  }
  const expected = from === "cancelled" ? undefined : statuses[statuses.indexOf(from) + 1];
  if (expected === to) return undefined;
  const next =
    expected === undefined || expected === "cancelled" ? "nothing" : `the status ${expected}`;
  return `an order that is ${from} cannot become ${to}; ${next} comes next`;
}
