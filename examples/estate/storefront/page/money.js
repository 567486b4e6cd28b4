/** Rupees are decimal strings; sums are made in whole paise. */
const format = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR" });

export function paiseOf(decimal) {
  return BigInt(decimal.replace(".", ""));
}

export function rupees(paise) {
  const digits = paise.toString().padStart(3, "0");
  // A string keeps every digit; a number would not.
  return format.format(`${digits.slice(0, -2)}.${digits.slice(-2)}`);
}
