/** Invoices in one JSON file, as service.php keeps them; money is counted in hundredths. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Above 2^53: whoever makes a floating-point number of it gets another invoice. */
const firstNumber = 9_007_199_254_740_993n;
const taxPercent = 18n;

export interface Line {
  readonly sku: string;
  readonly description: string;
  readonly quantity: number;
  readonly unitPrice: string;
  readonly discount?: string | null;
}

export interface NewInvoice {
  readonly orderId: string;
  readonly customer: Readonly<Record<string, unknown>>;
  readonly line: readonly Line[];
  readonly currency: string;
  readonly dueOn: string | null;
  readonly accounts: string;
  readonly remark: string | null;
}

export interface Invoice extends NewInvoice {
  readonly number: string;
  readonly status: "open" | "paid" | "cancelled";
  readonly issuedAt: string;
  readonly net: string;
  readonly tax: string;
  readonly total: string;
  readonly payment?: { readonly at: string; readonly reference: string };
  readonly cancellation?: { readonly at: string; readonly reason: string | null };
}

/** Not in TypeScript's library yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

export class BadAmount extends Error {
  override readonly name = "BadAmount";
}

/** In JSON the number is one, however large: PHP writes and reads it exactly, and so is it here. */
function readInvoices(file: string): Invoice[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  const exact = (key: string, value: unknown, { source }: { source?: string }): unknown =>
    key === "number" && typeof value === "number" ? source : value;
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown) as Invoice[];
}

function writeInvoices(file: string, invoices: readonly Invoice[]): void {
  mkdirSync(dirname(file), { recursive: true });
  const exact = (key: string, value: unknown): unknown =>
    key === "number" ? rawJSON(value as string) : value;
  writeFileSync(`${file}.new`, JSON.stringify(invoices, exact, 4));
  renameSync(`${file}.new`, file);
}

export function openInvoices(file: string) {
  function change(number: string, run: (invoice: Invoice) => Invoice): Invoice | undefined {
    const invoices = readInvoices(file);
    const index = invoices.findIndex((invoice) => invoice.number === number);
    const found = invoices[index];
    if (found === undefined) return undefined;
    invoices[index] = run(found);
    writeInvoices(file, invoices);
    return invoices[index];
  }
  return {
    list: () => readInvoices(file),
    find: (number: string) => readInvoices(file).find((invoice) => invoice.number === number),
    change,
    /** The same order gets the same invoice again. */
    create(fresh: NewInvoice): Invoice {
      const invoices = readInvoices(file);
      const known = invoices.find(
        ({ orderId, status }) => orderId === fresh.orderId && status !== "cancelled",
      );
      if (known !== undefined) return known;
      const invoice = issue(fresh, firstNumber + BigInt(invoices.length));
      writeInvoices(file, [...invoices, invoice]);
      return invoice;
    },
  };
}

function issue(fresh: NewInvoice, number: bigint): Invoice {
  let net = 0n;
  for (const { unitPrice, discount, quantity } of fresh.line) {
    net += (hundredths(unitPrice) - hundredths(discount ?? "0")) * BigInt(quantity);
  }
  const tax = (net * taxPercent + 50n) / 100n;
  return {
    number: String(number),
    status: "open",
    issuedAt: new Date().toISOString(),
    ...fresh,
    net: decimal(net),
    tax: decimal(tax),
    total: decimal(net + tax),
  };
}

function hundredths(amount: string): bigint {
  const [, sign, whole, part = ""] = /^([+-]?)(\d*)(?:\.(\d{0,2})0*)?$/.exec(amount.trim()) ?? [];
  if (sign === undefined || whole === undefined) {
    throw new BadAmount(`"${amount}" is no amount; expected two decimals at most`);
  }
  const value = BigInt(whole + part.padEnd(2, "0"));
  return sign === "-" ? -value : value;
}

function decimal(value: bigint): string {
  const digits = String(value < 0n ? -value : value).padStart(3, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
