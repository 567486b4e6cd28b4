/** Values as text that is the same for the same value, and for no other. */
import type { Value } from "./value.ts";

export function valueText(value: Value): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") {
    return JSON.stringify(value);
  }
  // JSON has no word for some numbers, and one for both zeros.
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString("base64")}`;
  if (isList(value)) return `[${value.map(valueText).join(",")}]`;
  const members = Object.keys(value).toSorted();
  const texts = members.map((name) => `${JSON.stringify(name)}:${valueText(value[name] ?? null)}`);
  return `{${texts.join(",")}}`;
}

function isList(value: Exclude<Value, Uint8Array>): value is readonly Value[] {
  return Array.isArray(value);
}
