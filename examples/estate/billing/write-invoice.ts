/** Answers and faults as XML; what is qualified and what is not stands in the schemas. */
import { create, fragment } from "xmlbuilder2";
import type { XMLBuilder } from "xmlbuilder2/lib/interfaces.js";
import type { Invoice } from "./invoices.ts";

const billing = "urn:example:billing:1";
const xsi = "http://www.w3.org/2001/XMLSchema-instance";

/** `<b:{name}Response>`, with `found` for a list. */
export function responseXml(name: string, invoices: readonly Invoice[], found?: number): string {
  const root = create().ele(billing, `b:${name}Response`).att("xmlns:xsi", xsi);
  for (const invoice of invoices) addInvoice(root, invoice);
  if (found !== undefined) add(root, "found", String(found));
  return root.toString();
}

/** `detail`: the element of a declared fault and its children. */
export function faultXml(
  message: string,
  detail?: readonly [string, Readonly<Record<string, string>>],
  code = "Client",
): string {
  const fault = fragment().ele("soap:Fault");
  fault.ele("faultcode").txt(`soap:${code}`).up().ele("faultstring").txt(message);
  if (detail !== undefined) {
    const [name, parts] = detail;
    const element = fault.ele("detail").ele(billing, `b:${name}`);
    for (const [part, text] of Object.entries(parts)) add(element, part, text);
  }
  return fault.toString();
}

function addInvoice(parent: XMLBuilder, invoice: Invoice): void {
  const { number, status, currency, payment, cancellation } = invoice;
  const element = parent.ele(billing, "b:invoice").att({ number, status });
  add(element, "orderId", invoice.orderId);
  add(element, "issuedAt", invoice.issuedAt);
  add(element, "dueOn", invoice.dueOn);
  addParty(element.ele(billing, "b:customer"), invoice.customer);
  for (const line of invoice.line) {
    const lineElement = element.ele(billing, "b:line").att("sku", line.sku);
    add(lineElement, "description", line.description);
    add(lineElement, "quantity", String(line.quantity));
    add(lineElement, "unitPrice", line.unitPrice);
    if (line.discount !== undefined) add(lineElement, "discount", line.discount);
  }
  for (const name of ["net", "tax", "total"] as const) {
    add(element, name, invoice[name]).att("currency", currency);
  }
  add(element, "accounts", invoice.accounts);
  if (payment !== undefined) {
    const paid = element.ele(billing, "b:payment");
    add(paid, "at", payment.at);
    add(paid, "reference", payment.reference);
  }
  if (cancellation !== undefined) {
    const cancelled = element.ele(billing, "b:cancellation");
    add(cancelled, "at", cancellation.at);
    add(cancelled, "reason", cancellation.reason);
  }
  add(element, "remark", invoice.remark);
}

function add(parent: XMLBuilder, name: string, text: string | null): XMLBuilder {
  const element = parent.ele(billing, `b:${name}`);
  return text === null ? element.att(xsi, "xsi:nil", "true") : element.txt(text);
}

/** The party's elements are in no namespace; attributes are `kind` and `country`. */
function addParty(element: XMLBuilder, party: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(party)) {
    if (name === "kind" || name === "country") element.att(name, String(value));
    else if (value === null) element.ele("", name).att(xsi, "xsi:nil", "true");
    else if (typeof value === "object" && !Array.isArray(value)) {
      addParty(element.ele("", name), value as Readonly<Record<string, unknown>>);
    } else for (const text of [value].flat() as string[]) element.ele("", name).txt(text);
  }
}
