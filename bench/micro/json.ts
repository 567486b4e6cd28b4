/**
 * What JSON under a contract costs: one order with six lines, read from and written to bytes by the
 * compiled codecs and, as the yardstick, by JSON.parse and JSON.stringify.
 * Run: `node bench/micro/json.ts [--tiny]`; prints CPU nanoseconds and the ratio.
 */
import type { Contract } from "#contract/contract.ts";
import type { Field, Type } from "#contract/types.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";

const field = (name: string, type: Type, presence: Field["presence"] = "required"): Field => ({
  name,
  type,
  presence,
  nullable: false,
});
const text: Type = { kind: "string", whitespace: "preserve" };
const count: Type = { kind: "int", bits: 32, signed: true };
const money: Type = { kind: "decimal" };
const line: Type = {
  kind: "record",
  fields: [
    field("sku", text),
    field("title", text),
    field("quantity", count),
    field("price", money),
    field("gift", { kind: "bool" }, "optional"),
  ],
};
const address: Type = {
  kind: "record",
  fields: [field("street", text), field("city", text), field("postcode", text)],
};
const order: Type = {
  kind: "record",
  fields: [
    field("id", { kind: "int", bits: 64, signed: false }),
    field("customer", text),
    field("currency", { kind: "enum", open: false, spelling: "string", values: currencies() }),
    field("placed", text),
    field("note", text, "optional"),
    field("address", address),
    field("lines", { kind: "list", item: line, itemNullable: false, min: 1 }),
    field("total", money),
  ],
};

function currencies(): { value: string }[] {
  return ["EUR", "USD", "GBP"].map((value) => ({ value }));
}

const contract: Contract = {
  name: "orders",
  version: "1",
  dialect: "rest",
  namespace: "",
  types: new Map(),
  operations: [],
};
const document = JSON.stringify({
  id: "9007199254740993",
  customer: "Jane Käufer",
  currency: "EUR",
  placed: "2026-11-25T08:00:00Z",
  note: "Ring twice;\nleave it at the door",
  address: { street: "1 Long Road", city: "Leipzig", postcode: "04109" },
  lines: [1, 2, 3, 4, 5, 6].map((number) => ({
    sku: `SKU-${number}000-BLUE`,
    title: `A thing to buy, number ${number}, in blue`,
    quantity: number,
    price: `${number * 10}.90`,
    gift: number % 2 === 0,
  })),
  total: "229.50",
});
const bytes = Buffer.from(document);
const read = compileJsonReader(contract, order, { unknownMembers: "reject" });
const write = compileJsonWriter(contract, order, {});
const outcome = read(bytes);
if (outcome.kind === "fault") throw new Error(outcome.message);
const { value } = outcome;
const parsed: unknown = JSON.parse(document);
if (write(value) !== document) throw new Error("the order does not survive reading and writing");

const tiny = process.argv.includes("--tiny");
const runs = tiny ? 200 : 100_000;

function cpuNs(run: () => unknown): number {
  const start = process.cpuUsage();
  for (let index = 0; index < runs; index++) run();
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1e3) / runs;
}

const cases = {
  read: [() => read(bytes), () => JSON.parse(bytes.toString()) as unknown],
  write: [() => Buffer.from(write(value)), () => Buffer.from(JSON.stringify(parsed))],
} as const;
for (let round = 0; round < (tiny ? 1 : 5); round++) {
  for (const [name, [ours, engine]] of Object.entries(cases)) {
    const [nsOurs, nsEngine] = [cpuNs(ours), cpuNs(engine)];
    const figures = { bytes: bytes.length, cpuNs: nsOurs, engineNs: nsEngine };
    console.log(JSON.stringify({ case: name, ...figures, ratio: nsOurs / nsEngine }));
  }
}
