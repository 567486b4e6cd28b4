/** JSON strings: what must be escaped is, and nothing else (RFC 8259 §7). */

/** Longer strings are looked through by the engine's own loop. */
const shortLength = 48;

const special = /[\u0000-\u001f"\\\ud800-\udfff]/;

export function writeString(text: string): string {
  if (text.length > shortLength) return special.test(text) ? JSON.stringify(text) : `"${text}"`;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < 0x20 || code === 0x22 || code === 0x5c || isSurrogate) return JSON.stringify(text);
  }
  return `"${text}"`;
}
