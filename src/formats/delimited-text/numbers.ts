/** Numbers without a point or with their sign elsewhere than in front. */
import type { Column } from "#contract/text-layout.ts";

const positive = "{ABCDEFGHI";
const negative = "}JKLMNOPQR";

/** A decimal's lexical form in the column; undefined: digits would get lost. */
export function toColumnNumber(text: string, column: Column): string | undefined {
  const isNegative = text.startsWith("-");
  let digits = isNegative ? text.slice(1) : text;
  if (column.decimals !== undefined) {
    const [before = "", behind = ""] = digits.split(".");
    if (/[1-9]/.test(behind.slice(column.decimals))) return undefined;
    const kept = behind.slice(0, column.decimals).padEnd(column.decimals, "0");
    digits = `${before}${kept}`.replace(/^0+(?=\d)/, "");
  }
  const sign = isNegative ? "-" : column.plus === true ? "+" : "";
  if (column.sign === "trailing") return digits + sign;
  if (column.sign === "overpunch") {
    const last = Number(digits.at(-1));
    return `${digits.slice(0, -1)}${(isNegative ? negative : positive)[last] ?? ""}`;
  }
  return sign + digits;
}

/** Undefined: it is no number. */
export function fromColumnNumber(text: string, column: Column): string | undefined {
  let isNegative = false;
  let digits = text;
  // Where minus would stand, some write a plus and some a blank.
  if (column.sign === "trailing" && /[+\- ]$/.test(text)) {
    isNegative = text.endsWith("-");
    digits = text.slice(0, -1);
  } else if (column.sign === "overpunch") {
    const last = text.at(-1) ?? "";
    const minus = last === "" ? -1 : negative.indexOf(last);
    const plus = last === "" ? -1 : positive.indexOf(last);
    isNegative = minus >= 0;
    if (minus >= 0 || plus >= 0) digits = `${text.slice(0, -1)}${Math.max(minus, plus)}`;
  } else if (/^[+-]/.test(text)) {
    isNegative = text.startsWith("-");
    digits = text.slice(1);
  }
  const { decimals } = column;
  if (!(decimals === undefined ? /^\d+(?:\.\d+)?$/ : /^\d+$/).test(digits)) return undefined;
  if (decimals !== undefined && decimals > 0) {
    const all = digits.padStart(decimals + 1, "0");
    digits = `${all.slice(0, -decimals)}.${all.slice(-decimals)}`;
  }
  digits = digits.replace(/^0+(?=\d)/, "");
  return isNegative && /[1-9]/.test(digits) ? `-${digits}` : digits;
}
