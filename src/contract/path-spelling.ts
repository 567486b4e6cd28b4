/** Paths in the one spelling of RFC 3986 §6.2.2, so that equal ones are equal texts. */

const percentEncoded = /%([0-9A-Fa-f]{2})/g;
const unreserved = /[A-Za-z0-9\-._~]/;
/** What is not a `pchar` (RFC 3986 §3.3) and has to be encoded before it can stand in a path. */
const notPathCharacter = /[^A-Za-z0-9\-._~!$&'()*+,;=:@%]/gu;

/** Decodes encoded unreserved characters, and spells the other encodings in upper case. */
export function normalPath(path: string): string {
  if (!path.includes("%")) return path;
  return path.replace(percentEncoded, (encoding, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return unreserved.test(character) ? character : encoding.toUpperCase();
  });
}

/** A literal text of a pattern as it stands in a path. */
export function spellLiteral(text: string): string {
  return normalPath(text.toWellFormed().replace(notPathCharacter, encodeURIComponent));
}
