import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { defaultDocumentLimits } from "#base/limits.ts";
import type { Contract } from "#contract/contract.ts";
import type { Charset, Column, LinesLayout, PairsLayout } from "#contract/text-layout.ts";
import type { Field, RecordType, Type } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import { compileTextCodec } from "./compile.ts";

const contract: Contract = {
  ...{ name: "t", version: "1", dialect: "text", namespace: "urn:t" },
  types: new Map(),
  operations: [],
};

interface Kind {
  readonly type: Type;
  readonly column: Partial<Column>;
  readonly value: fc.Arbitrary<Value>;
}

const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc
    .stringMatching(new RegExp(`^[0-9]{${least},${most}}$`))
    .map((text) => text.replace(/^0+(?=\d)/, ""));
const signed = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(text, fc.boolean())
    .map(([own, minus]) => (minus && /[1-9]/.test(own) ? `-${own}` : own));

const text: Type = { kind: "string", whitespace: "preserve" };
const kinds: Readonly<Record<string, Kind>> = {
  word: {
    type: text,
    column: { length: 12, blank: "empty" },
    value: fc.stringMatching(/^[A-Za-z0-9\u00e4\u00df"',;|=&%+<>-]{0,12}$/),
  },
  int: {
    type: { kind: "int", bits: 32, signed: true },
    column: { length: 9, align: "right", pad: "0" },
    value: fc.integer({ min: -9_999_999, max: 99_999_999 }),
  },
  long: {
    type: { kind: "int", bits: 64, signed: true },
    column: { length: 20, align: "right", pad: " ", sign: "trailing" },
    value: signed(digits(1, 18)),
  },
  price: {
    type: { kind: "decimal", scale: 2 },
    column: { length: 12, align: "right", pad: "0", decimals: 2, sign: "overpunch" },
    value: signed(
      fc.tuple(digits(1, 8), digits(2, 2)).map(([a, b]) => `${a}.${b.padStart(2, "0")}`),
    ),
  },
  day: {
    type: { kind: "date", zone: "none" },
    column: { length: 8, picture: "yyyyMMdd" },
    value: fc
      .date({ min: new Date("0100-01-01"), max: new Date("9999-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10)),
  },
  yes: {
    type: { kind: "bool" },
    column: { length: 1, words: { true: "Y", false: "N" } },
    value: fc.boolean(),
  },
};

function column(name: string, { column: own }: Kind): Column {
  const usual: Column = {
    ...{ field: name, name, start: 0, length: 0, align: "left", pad: " ", sign: "leading" },
    blank: "refused",
  };
  return { ...usual, ...own };
}

const columns = Object.entries(kinds).map(([name, kind]) => column(name, kind));
const fields = Object.entries(kinds).map(([name, { type }]): Field => {
  return { name, type, presence: "required", nullable: false };
});
const row: RecordType = { kind: "record", fields };
const rowValue = fc.record(
  Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, kind.value])),
);
const list: RecordType = {
  kind: "record",
  fields: [
    {
      name: "rows",
      type: { kind: "list", item: row, itemNullable: false, min: 0 },
      presence: "required",
      nullable: false,
    },
  ],
};

function placed(all: readonly Column[]): Column[] {
  let start = 0;
  return all.map((one) => {
    const here = { ...one, start };
    start += one.length;
    return here;
  });
}

const common = { kind: "lines", lineEnd: "\n", endsLast: true, header: false } as const;
const rows = { field: "rows", occurs: "many", columns } as const;
const layouts: Readonly<Record<string, LinesLayout>> = {
  fixed: { ...common, split: { kind: "fixed" }, records: [{ ...rows, columns: placed(columns) }] },
  adjacent: {
    ...common,
    lineEnd: "",
    endsLast: false,
    split: { kind: "fixed" },
    records: [{ ...rows, columns: placed(columns) }],
  },
  csv: {
    ...common,
    header: true,
    lineEnd: "\r\n",
    split: { kind: "delimited", delimiter: ",", quote: '"' },
    records: [rows],
  },
  semicolons: {
    ...common,
    endsLast: false,
    split: { kind: "delimited", delimiter: ";", quote: '"' },
    records: [rows],
  },
};

const limits = defaultDocumentLimits;

for (const [name, layout] of Object.entries(layouts)) {
  for (const charset of [
    "utf-8",
    "utf-16le",
    "utf-16be",
    "iso-8859-1",
    "windows-1252",
    "ibm037",
  ] as Charset[]) {
    test(`${name} in ${charset}: what is written is read`, () => {
      const codec = compileTextCodec(contract, list, layout, { charset, limits });
      fc.assert(
        fc.property(fc.array(rowValue, { maxLength: 5 }), (items) => {
          const message = { rows: items } as ValueRecord;
          const written = codec.write(message);
          assert.ok(written.kind === "bytes", JSON.stringify(written));
          const read = codec.read(written.bytes);
          assert.ok(read.kind === "value", JSON.stringify(read));
          assert.deepEqual(plain(read.value), plain(message));
        }),
        { numRuns: 50 },
      );
    });
  }
}

for (const style of ["lines", "form"] as const) {
  test(`pairs as ${style}: what is written is read`, () => {
    const layout: PairsLayout = {
      ...{ kind: "pairs", style, separator: "=", lineEnd: "\r\n", endsLast: true, columns },
    };
    const codec = compileTextCodec(contract, row, layout, { charset: "iso-8859-1", limits });
    fc.assert(
      fc.property(rowValue, (message) => {
        const written = codec.write(message);
        assert.ok(written.kind === "bytes", JSON.stringify(written));
        const read = codec.read(written.bytes);
        assert.ok(read.kind === "value", JSON.stringify(read));
        assert.deepEqual(plain(read.value), plain(message));
      }),
    );
  });
}

test("garbage is a fault with a place or a value, never thrown", () => {
  const all = Object.values(layouts).map((layout) =>
    compileTextCodec(contract, list, layout, { charset: "utf-8", limits }),
  );
  const near = fc.array(fc.constantFrom('"', ",", ";", "\r", "\n", "0", "A", " ", "-"), {
    maxLength: 120,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        near.map((one) => Buffer.from(one.join(""))),
        fc.uint8Array(),
      ),
      (raw) => {
        for (const codec of all) {
          const read = codec.read(raw);
          assert.ok(read.kind === "value" || read.message.length > 0);
        }
      },
    ),
  );
});

test("a message holds no more values than it may", () => {
  const layout = layouts["semicolons"] as LinesLayout;
  const few = { ...limits, nodesMax: 100 };
  const codec = compileTextCodec(contract, list, layout, { charset: "utf-8", limits: few });
  const read = codec.read(Buffer.from(";".repeat(1_000)));
  assert.equal(read.kind === "fault" && read.code, "limit-exceeded");
});

/** Records have no prototype; those that are compared with have. */
function plain(value: Value): unknown {
  return JSON.parse(JSON.stringify(value));
}
