/** Canonical values with the edges that get lost between dialects, by what they are an edge of. */
import type { Value, ValueRecord } from "#contract/value.ts";

export interface PairCase {
  readonly name: string;
  /** Input and output alike. */
  readonly value: ValueRecord;
  /** The field that it is about, where no list and an empty one are to be told apart. */
  readonly about?: string;
}

const one = (name: string, ...values: readonly Value[]): readonly PairCase[] =>
  values.map((value) => ({ name, value: { [name]: value } }));

const circle = { Circle: { kind: "Circle", radius: "1.5" } };

/** Named by the field that they are about; see canon.ts. */
export const pairCases: readonly PairCase[] = [
  { name: "absence", value: {}, about: "numbers" },
  ...one("flag", true, false),
  ...one("small", 0, 2_147_483_647, -2_147_483_648),
  ...one("large", "9223372036854775807", "-9223372036854775808", "9007199254740993"),
  ...one("huge", "123456789012345678901234567890", "-1"),
  ...one("exact", "0", "-0.5", "1234567890.12345678901234567890"),
  { name: "zero at the end", value: { exact: "1.50" } },
  ...one("double", 0.1, 1e300, 5e-324),
  ...one("text", "", "plain", " \t\u00a0 x\n", "<&>\"'\u2028 Ünï 🦆 \u0301"),
  { name: "control characters", value: { text: "a\u0001b" } },
  { name: "carriage return", value: { text: "a\r\nb" } },
  ...one("maybe", null, "", "x"),
  ...one(
    "blob",
    new Uint8Array(0),
    Uint8Array.from({ length: 256 }, (_, index) => index),
  ),
  ...one("color", "red", "deep blue", "3"),
  ...one("day", "2026-02-28", "0001-01-01"),
  ...one("at", "2026-11-25T18:30:00Z", "1969-12-31T23:59:59.123456789Z"),
  { name: "offset", value: { at: "2026-11-25T18:30:00+05:30" } },
  ...one("span", "P1Y2M3DT4H5M6.789S", "PT0S"),
  ...one("link", "https://example.org/a?b=%20#c"),
  ...one("key", "01234567-89ab-cdef-0123-456789abcdef"),
  ...one("numbers", ["1"], ["-9223372036854775808", "9223372036854775807"]),
  { name: "empty list", value: { numbers: [] }, about: "numbers" },
  ...one("words", [""], ["a", " ", "b"]),
  ...one("node", { name: "a" }, { name: "", child: { name: "b", child: { name: "c" } } }),
  ...one("nodes", [{ name: "a" }], [{ name: "a", child: { name: "b" } }, { name: "c" }]),
  ...one("counts", { a: "9223372036854775807", b: "-1" }),
  { name: "keys of any text", value: { counts: { "": "0", "b c/<": "-1" } } },
  { name: "empty map", value: { counts: {} } },
  ...one("shape", circle, { Square: { kind: "Square", side: -1 } }),
  ...one("free", '{"a":[1,null,"x"]}', "12345678901234567890.5"),
  {
    name: "all at once",
    value: {
      flag: true,
      large: "-1",
      text: "x",
      numbers: ["1", "2"],
      node: { name: "n" },
      shape: circle,
    },
  },
];
