/**
 * Text in fields of HTTP, which hold visible ASCII, spaces and tabs (RFC 9110 §5.5). For the rest
 * there are two spellings: UTF-8 as it is, for fields that a REST contract defines, and the
 * ext-value of RFC 8187 §3.2.1 (`UTF-8''Gr%C3%BC%C3%9Fe`) for what is a header block in SOAP.
 */
import { isUtf8 } from "node:buffer";

/**
 * @param always whether an ext-value is wanted even of what could stand there as it is.
 * @returns undefined: it cannot stand there; line ends and other controls are part of no field.
 */
export function encodeFieldText(
  text: string,
  spelling: "utf-8" | "extended",
  always = false,
): string | undefined {
  if (!always && isPlain(text) && (spelling === "utf-8" || !extended.test(text))) return text;
  if (!text.isWellFormed()) return undefined;
  if (spelling === "extended") return `UTF-8''${encodeExtended(text)}`;
  const octets = Buffer.from(text).toString("latin1");
  return fieldValue.test(octets) ? octets : undefined;
}

/** Of octets as characters. What is no UTF-8 is Latin-1, as HTTP once had it. */
export function decodeFieldText(octets: string): string {
  if (extended.test(octets)) {
    const encoded = octets.slice(octets.lastIndexOf("'") + 1);
    return decodeExtended(encoded) ?? octets;
  }
  if (isPlain(octets)) return octets;
  const bytes = Buffer.from(octets, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : octets;
}

const plainValue = /^(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?$/;
const fieldValue = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;
const extended = /^UTF-8'[A-Za-z0-9-]*'(?:%[0-9A-Fa-f]{2}|[A-Za-z0-9!#$&+.^_`|~-])*$/i;

function isPlain(text: string): boolean {
  return plainValue.test(text);
}

/** attr-char of RFC 8187 stands for itself; `'`, `(`, `)` and `*` do not. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decodeExtended(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
