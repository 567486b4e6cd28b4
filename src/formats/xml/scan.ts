/** Runs of characters inside an XML document: texts, values, names. Each says where it ended. */
import type { XmlLimits } from "./limits.ts";
import {
  asciiClass,
  isLegalCharacter,
  isWideName,
  isWideNameStart,
  nameBit,
  nameOfCharacter,
  nameStartBit,
  textStopBit,
  valueStopBit,
} from "./characters.ts";
import { referenceLengthMax, resolveReference } from "./references.ts";

/** The tokenizer, as far as a scan needs it. */
export interface ScanHost {
  fail(code: string, message: string, step?: string, offset?: number): never;
}

export class XmlScan {
  readonly source: string;
  readonly limits: XmlLimits;
  /** Behind the run that was read last. */
  end = 0;
  /** Offset of the colon in the name that was read last, -1 for none. */
  colon = -1;
  readonly #host: ScanHost;

  constructor(source: string, limits: XmlLimits, host: ScanHost) {
    this.source = source;
    this.limits = limits;
    this.#host = host;
  }

  /** Text from here to the next `<` or the end; references resolved, line ends normalised. */
  text(start: number): string {
    const { source } = this;
    const { length } = source;
    let position = start;
    let from = start;
    let pieces = "";
    while (position < length) {
      const code = source.charCodeAt(position);
      if (code < 128) {
        if (((asciiClass[code] as number) & textStopBit) === 0) {
          position += 1;
          continue;
        }
        if (code === 60) break;
        if (code === 38) {
          pieces += source.slice(from, position) + this.#reference(position);
          position = from = this.end;
        } else if (code === 13) {
          pieces += `${source.slice(from, position)}\n`;
          position += source.charCodeAt(position + 1) === 10 ? 2 : 1;
          from = position;
        } else if (code === 93) {
          if (source.startsWith("]]>", position)) {
            this.fail("]]> may not stand in text", position);
          }
          position += 1;
        } else this.#illegal(position);
      } else position += code < 0xd800 ? 1 : this.#wide(position);
    }
    this.end = position;
    if (position - start > this.limits.textLengthMax) {
      this.#tooLong("a text", this.limits.textLengthMax, "textLengthMax", start);
    }
    const last = source.slice(from, position);
    return pieces === "" ? last : pieces + last;
  }

  /** A CDATA section. */
  characterData(start: number): string {
    const { source } = this;
    const close = source.indexOf("]]>", start + 9);
    if (close < 0) this.fail("a CDATA section is not closed", start);
    if (close - start > this.limits.textLengthMax) {
      this.#tooLong("a text", this.limits.textLengthMax, "textLengthMax", start);
    }
    this.checkCharacters(start + 9, close);
    this.end = close + 3;
    const text = source.slice(start + 9, close);
    return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  }

  /** An attribute value from its opening quote; white space becomes spaces (XML 1.0 §3.3.3). */
  value(start: number): string {
    const { source } = this;
    const { length } = source;
    const quote = source.charCodeAt(start);
    if (quote !== 34 && quote !== 39) this.fail("expected a quoted value", start);
    let position = start + 1;
    let from = position;
    let pieces = "";
    for (;;) {
      if (position >= length) this.fail("an attribute value is not closed", start);
      const code = source.charCodeAt(position);
      if (code < 128) {
        if (((asciiClass[code] as number) & valueStopBit) === 0 || isOther(code, quote)) {
          position += 1;
          continue;
        }
        if (code === quote) break;
        if (code === 60) this.fail("< may not stand in an attribute value", position);
        if (code === 38) {
          pieces += source.slice(from, position) + this.#reference(position);
          position = from = this.end;
        } else if (code === 9 || code === 10 || code === 13) {
          pieces += `${source.slice(from, position)} `;
          position += code === 13 && source.charCodeAt(position + 1) === 10 ? 2 : 1;
          from = position;
        } else this.#illegal(position);
      } else position += code < 0xd800 ? 1 : this.#wide(position);
    }
    this.end = position + 1;
    if (position - start > this.limits.textLengthMax) {
      this.#tooLong("an attribute value", this.limits.textLengthMax, "textLengthMax", start);
    }
    const last = source.slice(from, position);
    return pieces === "" ? last : pieces + last;
  }

  /** End of the qualified name that begins here. */
  name(start: number, of: string): number {
    const { source } = this;
    let position = this.#namePart(start, of);
    this.colon = -1;
    if (source.charCodeAt(position) === 58) {
      this.colon = position;
      position = this.#namePart(position + 1, of);
      if (source.charCodeAt(position) === 58) this.fail(`two colons in a name`, position);
    }
    if (position - start > this.limits.nameLengthMax) {
      this.#tooLong("a name", this.limits.nameLengthMax, "nameLengthMax", start);
    }
    return position;
  }

  checkCharacters(start: number, end: number): void {
    const { source } = this;
    let position = start;
    while (position < end) {
      const code = source.charCodeAt(position);
      if (code >= 0xd800) position += this.#wide(position);
      else if (code >= 32 || code === 10 || code === 9 || code === 13) position += 1;
      else this.#illegal(position);
    }
  }

  fail(message: string, offset: number): never {
    return this.#host.fail("malformed-xml", message, undefined, offset);
  }

  #namePart(start: number, of: string): number {
    const { source } = this;
    let position = start;
    let bit = nameStartBit;
    for (; ; bit = nameBit) {
      const code = source.charCodeAt(position);
      if (code < 128) {
        if (((asciiClass[code] as number) & bit) === 0) break;
        position += 1;
      } else {
        const codePoint = source.codePointAt(position);
        if (codePoint === undefined) break;
        const good = bit === nameStartBit ? isWideNameStart(codePoint) : isWideName(codePoint);
        if (!good) break;
        position += codePoint > 0xffff ? 2 : 1;
      }
    }
    if (position === start) {
      const found = JSON.stringify(source.slice(start, start + 1));
      this.fail(`expected the name of an ${of}, found ${found}`, start);
    }
    return position;
  }

  #reference(start: number): string {
    const { source } = this;
    const close = source.indexOf(";", start);
    const far = close < 0 || close - start > referenceLengthMax;
    const character = far ? undefined : resolveReference(source.slice(start + 1, close));
    if (character === undefined) {
      const found = source.slice(start, far ? start + referenceLengthMax : close + 1);
      const expected = "expected &lt; &gt; &amp; &quot; &apos; or a number of a legal character";
      this.fail(`the reference ${JSON.stringify(found)} is not defined; ${expected}`, start);
    }
    this.end = close + 1;
    return character;
  }

  /** Units of a character at or above U+D800. */
  #wide(position: number): 1 | 2 {
    const codePoint = this.source.codePointAt(position) as number;
    if (!isLegalCharacter(codePoint)) this.#illegal(position);
    return codePoint > 0xffff ? 2 : 1;
  }

  #illegal(position: number): never {
    const codePoint = this.source.codePointAt(position) as number;
    return this.fail(`the character ${nameOfCharacter(codePoint)} is not allowed in XML`, position);
  }

  exceed(message: string, offset: number): never {
    return this.#host.fail("limit-exceeded", message, undefined, offset);
  }

  #tooLong(what: string, max: number, limit: string, offset: number): never {
    return this.exceed(`${what} is longer than ${max} (${limit})`, offset);
  }
}

/** The quote that does not end the value. */
function isOther(code: number, quote: number): boolean {
  return code === (quote === 34 ? 39 : 34);
}
