/** Bytes as base64 (RFC 4648 §4) and as hexadecimal digits; strict, where Buffer forgives. */
import type { ScalarText } from "./lexical-numbers.ts";
import type { BytesType } from "./types.ts";

export function compileBytes(type: BytesType): ScalarText {
  const { encoding, lengthMin = 0, lengthMax = Infinity } = type;
  const fits = (bytes: Uint8Array): boolean =>
    bytes.length >= lengthMin && bytes.length <= lengthMax;
  const decode = encoding === "base64" ? decodeBase64 : decodeHex;
  return {
    expected: `bytes in ${encoding === "base64" ? "base64" : "hexadecimal digits"}${bounds(type)}`,
    read: (text) => {
      const bytes = decode(text);
      return bytes !== undefined && fits(bytes) ? bytes : undefined;
    },
    write: (value) =>
      value instanceof Uint8Array && fits(value) ? encodeBytes(value, encoding) : undefined,
  };
}

function bounds({ lengthMin, lengthMax }: BytesType): string {
  const least = lengthMin === undefined ? "" : `, at least ${lengthMin}`;
  return lengthMax === undefined ? least : `${least}, at most ${lengthMax}`;
}

function encodeBytes(bytes: Uint8Array, encoding: "base64" | "hex"): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding === "hex" ? buffer.toString("hex").toUpperCase() : buffer.toString("base64");
}

/** Undefined unless the text is canonical: full quartets, no stray bits in the last one. */
function decodeBase64(text: string): Uint8Array | undefined {
  const { length } = text;
  if (length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const core = padding === 0 ? text : text.slice(0, length - padding);
  if (/[^A-Za-z0-9+/]/.test(core)) return undefined;
  const last = core.slice(-1);
  if (padding === 2 && !"AQgw".includes(last)) return undefined;
  if (padding === 1 && !"AEIMQUYcgkosw048".includes(last)) return undefined;
  return toBytes(Buffer.from(text, "base64"));
}

function decodeHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || /[^0-9A-Fa-f]/.test(text)) return undefined;
  return toBytes(Buffer.from(text, "hex"));
}

/** A plain Uint8Array on memory of its own, never a window on Node's shared pool. */
function toBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}
