/**
 * From the text of a JSON number to plain decimal digits, exactly: `12.50e1` is `125.0`. Never
 * through a binary fraction.
 */

/** @returns undefined when it would take more than `digitsMax` digits. */
export function plainDecimal(text: string, digitsMax: number): string | undefined {
  const mark = text.search(/[eE]/);
  if (mark < 0) return text;
  const exponent = Number(text.slice(mark + 1));
  const negative = text.startsWith("-");
  const [whole = "", fraction = ""] = text.slice(negative ? 1 : 0, mark).split(".");
  if (/^0*$/.test(whole + fraction)) return negative ? "-0" : "0";
  if (Math.abs(exponent) + whole.length + fraction.length > digitsMax) return undefined;
  const shifted = shift(whole, fraction, exponent);
  return negative ? `-${shifted}` : shifted;
}

function shift(whole: string, fraction: string, exponent: number): string {
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  const before = digits
    .slice(0, point)
    .padEnd(point, "0")
    .replace(/^0+(?=\d)/, "");
  const behind = digits.slice(point);
  return behind === "" ? before : `${before}.${behind}`;
}

/** @returns its digits when the plain decimal is a whole number, otherwise undefined. */
export function wholeDigits(plain: string): string | undefined {
  const point = plain.indexOf(".");
  const whole = point < 0 ? plain : plain.slice(0, point);
  if (point >= 0 && !/^0+$/.test(plain.slice(point + 1))) return undefined;
  return whole === "-0" ? "0" : whole;
}

/** JSON's spelling of a lexical decimal, which may have a plus sign or lack digits. */
export function jsonNumberOf(lexical: string): string {
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(lexical)) return lexical;
  const negative = lexical.startsWith("-");
  const [whole = "", fraction = ""] = lexical.replace(/^[+-]/, "").split(".");
  const before = whole.replace(/^0+(?=\d)/, "") || "0";
  const number = fraction === "" ? before : `${before}.${fraction}`;
  return negative ? `-${number}` : number;
}
