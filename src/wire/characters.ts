/**
 * Which octets may stand where (RFC 9110 §5.5, §5.6.2; RFC 3986 §2): one table look-up an octet.
 */

/** Bit 0: token character. Bit 1: the underscore, which back ends take for a hyphen. */
export const tokenCharacter = new Uint8Array(256);
/** Field values: visible characters, space, tab, obs-text. */
export const fieldCharacter = new Uint8Array(256);
/** Hexadecimal digits: their value, else 255. */
export const hexValue = new Uint8Array(256).fill(255);
/** Path characters of RFC 3986 §3.3: pchar and "/"; "%" is checked apart. */
export const pathCharacter = new Uint8Array(256);
/**
 * Query characters: what RFC 3986 §3.4 allows, and what browsers send unencoded all the same
 * (`"`, `<`, `>`, `\`, `^`, backtick, `{`, `|`, `}`): visible ASCII but "#".
 */
export const queryCharacter = new Uint8Array(256);
/** Letters, digits, dots and hyphens: all that most host names have. */
export const nameCharacter = new Uint8Array(256);
/** Characters of a host (RFC 3986 §3.2.2, IP literals included) and its port. */
export const authorityCharacter = new Uint8Array(256);

const alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function mark(table: Uint8Array, characters: string): void {
  for (const character of characters) table[character.charCodeAt(0)] = 1;
}

mark(tokenCharacter, alphanumeric + "!#$%&'*+-.^`|~");
tokenCharacter[0x5f] = 3;
for (let octet = 0x20; octet < 0x100; octet++) if (octet !== 0x7f) fieldCharacter[octet] = 1;
fieldCharacter[0x09] = 1;
for (let digit = 0; digit < 10; digit++) hexValue[0x30 + digit] = digit;
for (let digit = 0; digit < 6; digit++) {
  hexValue[0x41 + digit] = 10 + digit;
  hexValue[0x61 + digit] = 10 + digit;
}
mark(pathCharacter, alphanumeric + "-._~!$&'()*+,;=:@/%");
for (let octet = 0x21; octet < 0x7f; octet++) queryCharacter[octet] = 1;
queryCharacter[0x23] = 0;
mark(nameCharacter, alphanumeric + "-.");
mark(authorityCharacter, alphanumeric + "-._~!$&'()*+,;=:[]");
