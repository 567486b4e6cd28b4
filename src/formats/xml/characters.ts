/** Which characters XML 1.0 (fifth edition) and its namespaces allow where, as tables and tests. */

/** Bits of `asciiClass`. */
export const nameStartBit = 1;
export const nameBit = 2;
/** Ends the fast scan of text: markup, references, line ends, `]`, illegal characters. */
export const textStopBit = 4;
/** Ends the fast scan of an attribute value; the quotes are among them. */
export const valueStopBit = 8;
export const spaceBit = 16;

/** By code below 128. The colon is no part of a name here: it parts prefix and local name. */
export const asciiClass = buildAsciiClass();

function buildAsciiClass(): Uint8Array {
  const table = new Uint8Array(128);
  const add = (characters: string, bits: number): void => {
    for (const character of characters) {
      const code = character.charCodeAt(0);
      table[code] = (table[code] as number) | bits;
    }
  };
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  add(letters, nameStartBit | nameBit);
  add("-.0123456789", nameBit);
  add(" \t\r\n", spaceBit);
  add("<&]\r", textStopBit);
  add("<&\t\r\n\"'", valueStopBit);
  for (let code = 0; code < 32; code += 1) {
    const character = String.fromCharCode(code);
    if (!"\t\r\n".includes(character)) add(character, textStopBit | valueStopBit);
  }
  return table;
}

export function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

/** XML 1.0 §2.2, production Char. */
export function isLegalCharacter(codePoint: number): boolean {
  if (codePoint < 32) return codePoint === 9 || codePoint === 10 || codePoint === 13;
  if (codePoint < 0xd800) return true;
  return codePoint >= 0xe000 && codePoint !== 0xfffe && codePoint !== 0xffff
    ? codePoint <= 0x10ffff
    : false;
}

const wideNameStart = new RegExp(
  "^[\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d" +
    "\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd" +
    "\\u{10000}-\\u{effff}]$",
  "u",
);

/** XML 1.0 §2.3, production NameStartChar, for code points from 128 on. */
export function isWideNameStart(codePoint: number): boolean {
  return wideNameStart.test(String.fromCodePoint(codePoint));
}

export function isWideName(codePoint: number): boolean {
  return isWideNameStart(codePoint) || isWideNameRest(codePoint);
}

function isWideNameRest(codePoint: number): boolean {
  if (codePoint >= 0x300 && codePoint <= 0x36f) return true;
  return codePoint === 0xb7 || codePoint === 0x203f || codePoint === 0x2040;
}

/** Namespaces in XML §3, production NCName. */
export function isLocalName(text: string): boolean {
  let first = true;
  for (const character of text) {
    const codePoint = character.codePointAt(0) as number;
    const good =
      codePoint < 128
        ? ((asciiClass[codePoint] as number) & (first ? nameStartBit : nameBit)) !== 0
        : first
          ? isWideNameStart(codePoint)
          : isWideName(codePoint);
    if (!good) return false;
    first = false;
  }
  return !first;
}

/** For messages: `U+0001`. */
export function nameOfCharacter(codePoint: number): string {
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
}
