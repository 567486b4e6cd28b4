/** The operations of billing.wsdl on what the SOAP library reads, as service.php has them. */
import { BadAmount, type Invoice, type Line, type openInvoices } from "./invoices.ts";
import { faultXml, responseXml } from "./write-invoice.ts";

type Invoices = ReturnType<typeof openInvoices>;
type Read = Readonly<Record<string, unknown>>;
/** The library takes XML that is ready, so that its guesses about namespaces play no part. */
interface Ready {
  readonly _xml: string;
}

const understood = new Set(["clerk"]);

export function refuseWhatIsNotUnderstood(headers: Read): void {
  for (const [name, value] of Object.entries(headers)) {
    const { attributes = {} } = (value ?? {}) as { attributes?: Read };
    const isMust = Object.entries(attributes).some(
      ([key, flag]) => key.endsWith(":mustUnderstand") && (flag === "1" || flag === "true"),
    );
    if (!isMust || understood.has(name)) continue;
    const code = "MustUnderstand";
    throw refusal(faultXml(`The header ${name} is not understood`, undefined, code));
  }
}

export function operationsOn(invoices: Invoices) {
  function get(number: string): Invoice {
    const found = invoices.find(number);
    if (found !== undefined) return found;
    throw refusal(faultXml(`There is no invoice ${number}`, ["unknownInvoice", { number }]));
  }
  return {
    createInvoice(read: Read): Ready {
      const request = plain(read) as Read;
      const customer = (request["customer"] ?? {}) as Read;
      const line = listOf(request["line"]).map((one) => ({ ...(one as Line) }));
      // The library reads by the schema but does not check by it.
      if (!text(request["orderId"]) || !text(customer["name"]) || !text(line[0]?.unitPrice)) {
        const message = "An invoice needs an orderId, a customer with a name and a line";
        throw refusal(faultXml(message));
      }
      try {
        const invoice = invoices.create({
          orderId: text(request["orderId"]),
          customer: partyOf(customer),
          line,
          currency: text(request["currency"] ?? "INR"),
          dueOn: textOrNull(request["dueOn"]),
          accounts: text(request["accounts"] ?? "4000"),
          remark: textOrNull(request["remark"]),
        });
        return { _xml: responseXml("createInvoice", [invoice]) };
      } catch (error) {
        throw error instanceof BadAmount ? refusal(faultXml(error.message)) : error;
      }
    },
    getInvoice: (read: Read): Ready => ({
      _xml: responseXml("getInvoice", [get(text(plain(read["number"])))]),
    }),
    listInvoices(read: Read): Ready {
      const { orderId, customerName, since, limit } = plain(read) as Read;
      const found = invoices.list().filter((invoice) => {
        if (orderId !== undefined) return invoice.orderId === orderId;
        if (customerName !== undefined) return invoice.customer["name"] === customerName;
        return Date.parse(invoice.issuedAt) >= Date.parse(text(since));
      });
      const shown = found.toReversed().slice(0, Math.max(0, Number(limit ?? 20)));
      return { _xml: responseXml("listInvoices", shown, found.length) };
    },
    cancelInvoice(read: Read): Ready {
      const request = plain(read) as Read;
      const { number, status } = get(text(request["number"]));
      if (status !== "open") {
        const message = `Invoice ${number} is ${status}; expected an open one`;
        throw refusal(faultXml(message, ["invoiceNotOpen", { number, status }]));
      }
      const cancellation = { at: new Date().toISOString(), reason: textOrNull(request["reason"]) };
      const cancelled = invoices.change(number, (invoice) => ({
        ...invoice,
        status: "cancelled",
        cancellation,
      }));
      return { _xml: responseXml("cancelInvoice", cancelled === undefined ? [] : [cancelled]) };
    },
    /** One-way: nobody hears of an invoice that is not there, or is not open any more. */
    notifyPaid(read: Read): void {
      const request = plain(read) as Read;
      const payment = { at: text(request["paidAt"]), reference: text(request["reference"]) };
      invoices.change(text(request["number"]), (invoice) =>
        invoice.status === "open" ? { ...invoice, status: "paid", payment } : invoice,
      );
    },
  };
}

/** What the library understands as a fault that is ready. */
function refusal(xml: string): object {
  return { Fault: { _xml: xml, statusCode: 500 } };
}

/** Attributes beside elements, and the text of an element that has attributes in its place. */
function plain(read: unknown): unknown {
  if (Array.isArray(read)) return read.map(plain);
  if (typeof read !== "object" || read === null) return read;
  const { attributes = {}, $value, ...elements } = read as Read & { attributes?: Read };
  if ($value !== undefined) return $value;
  const own = Object.entries(attributes).filter(([name]) => !/^xmlns(:|$)|:/.test(name));
  const children = Object.entries(elements).map(([name, value]) => [name, plain(value)] as const);
  return Object.fromEntries([...children, ...own]);
}

function partyOf(party: Read): Read {
  const { address, ...rest } = party;
  if (address === undefined) return { kind: "person", ...rest };
  const { line, ...parts } = address as Read;
  return { kind: "person", ...rest, address: { line: listOf(line), country: "IN", ...parts } };
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
