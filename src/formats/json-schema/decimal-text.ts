/** Numbers of documents as decimal text, exact however they are written. */

const digitsMax = 400;

/** Without exponent, plus sign and needless zeros; undefined for what is none, or too long. */
export function decimalText(written: string): string | undefined {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(written);
  if (found === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = found;
  const exponent = Number(exponentText);
  if (whole + fraction === "" || Math.abs(exponent) > digitsMax) return undefined;
  let digits = whole + fraction;
  if (digits.length > digitsMax) return undefined;
  let point = whole.length + exponent;
  if (point < 0) {
    digits = "0".repeat(-point) + digits;
    point = 0;
  }
  digits = digits.padEnd(point, "0");
  const left = digits.slice(0, point).replace(/^0+/, "") || "0";
  const right = digits.slice(point).replace(/0+$/, "");
  const text = right === "" ? left : `${left}.${right}`;
  return sign === "-" && text !== "0" ? `-${text}` : text;
}

/** The nearest whole number that is not below; `excluded`: above. */
export function wholeFrom(text: string, excluded: boolean): bigint {
  const floor = floorOf(text);
  if (text.includes(".")) return floor + 1n;
  return excluded ? floor + 1n : floor;
}

/** The nearest whole number that is not above; `excluded`: below. */
export function wholeTo(text: string, excluded: boolean): bigint {
  const floor = floorOf(text);
  return excluded && !text.includes(".") ? floor - 1n : floor;
}

function floorOf(text: string): bigint {
  const [whole = "0", fraction] = text.split(".");
  return BigInt(whole) - (fraction !== undefined && text.startsWith("-") ? 1n : 0n);
}
