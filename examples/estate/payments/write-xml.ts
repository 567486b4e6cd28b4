/** Answers as documents; the escaping is the builder's. */
import { create } from "xmlbuilder2";
import { toRupees } from "./amount.ts";
import type { Payment, Refund, Refusal } from "./payment.ts";
import { namespace } from "./read-xml.ts";

type Node = Record<string, unknown>;

export function writePayment(payment: Payment, refunds: readonly Refund[]): string {
  return write("Payment", {
    ...attributes({
      txnId: payment.txnId,
      kind: payment.kind,
      status: payment.status,
      reason: payment.reason,
      collectTxnId: payment.collectTxnId,
      settledBy: payment.settledBy,
      at: payment.at,
    }),
    Payer: attributes({ ...payment.payer }),
    Payee: attributes({ ...payment.payee }),
    Amount: amount(payment.paise),
    ...(payment.note === undefined ? {} : { Note: payment.note }),
    Refunds: { Refund: refunds.map(refundNode) },
  });
}

export function writeRefund(refund: Refund): string {
  return write("Refund", refundNode(refund));
}

export function writeRefusal(refusal: Refusal): string {
  const { code, place, message } = refusal;
  const at = { line: place?.line.toString(), column: place?.column.toString() };
  return write("Error", { ...attributes({ code, ...at }), Message: printable(message) });
}

/** A message may quote what the caller sent; characters that XML 1.0 cannot hold are replaced. */
function printable(text: string): string {
  return text
    .slice(0, 400)
    .replace(/[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}

function refundNode(refund: Refund): Node {
  const { txnId, originalTxnId, at, note } = refund;
  return {
    ...attributes({ txnId, originalTxnId, at }),
    Amount: amount(refund.paise),
    ...(note === undefined ? {} : { Note: note }),
  };
}

function amount(paise: bigint): Node {
  return attributes({ value: toRupees(paise), curr: "INR" });
}

function attributes(values: Readonly<Record<string, string | undefined>>): Node {
  const node: Node = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) node[`@${name}`] = value;
  }
  return node;
}

function write(name: string, node: Node): string {
  const document = { [name]: { "@xmlns": namespace, ...node } };
  return create({ version: "1.0", encoding: "UTF-8" }, document).end({ prettyPrint: true });
}
