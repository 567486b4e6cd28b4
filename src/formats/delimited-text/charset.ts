/**
 * The character sets of old programs, strict in both ways: octets that stand for nothing and
 * characters without an octet are faults, never question marks.
 */
import { DocumentFailure } from "#contract/document-fault.ts";
import type { Charset } from "#contract/text-layout.ts";
import { ibm037 } from "./ibm037.ts";

export interface TextCharset {
  /** Throws DocumentFailure. */
  readonly decode: (bytes: Uint8Array) => string;
  /** Of a text that lacks nothing. */
  readonly encode: (text: string) => Buffer;
  /** The first character that the charset lacks. */
  readonly lacking: (text: string) => string | undefined;
}

export function charsetOf(name: Charset): TextCharset {
  return name === "utf-8" ? utf8 : singleOctet(name, charactersOf(name));
}

const utf8: TextCharset = {
  decode(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw failure("the text is no UTF-8");
    }
  },
  encode: (text) => Buffer.from(text, "utf8"),
  lacking: (text) => (text.isWellFormed() ? undefined : "a half of a character"),
};

/** The characters of all octets; U+FFFF for an octet that stands for none. */
function charactersOf(name: Exclude<Charset, "utf-8">): string {
  const octets = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
  switch (name) {
    case "us-ascii":
      return octets.toString("latin1", 0, 128) + none.repeat(128);
    case "iso-8859-1":
      return octets.toString("latin1");
    case "ibm037":
      return ibm037.toString("latin1");
    case "windows-1252":
      return new TextDecoder("windows-1252")
        .decode(octets)
        .replaceAll(/[\x81\x8D\x8F\x90\x9D]/g, none);
  }
}

const none = "\uFFFF";

function singleOctet(name: string, characters: string): TextCharset {
  const codes = new Uint16Array(characters.length);
  const octets = new Map<number, number>();
  for (let octet = 0; octet < 256; octet++) {
    const code = characters.charCodeAt(octet);
    codes[octet] = code;
    if (code !== 0xffff) octets.set(code, octet);
  }
  return {
    decode(bytes) {
      const units = new Uint16Array(bytes.length);
      for (let at = 0; at < bytes.length; at++) {
        const code = codes[bytes[at] as number] as number;
        if (code === 0xffff) {
          const octet = (bytes[at] as number).toString(16).padStart(2, "0");
          throw failure(`octet ${at + 1} is 0x${octet}, which is no character of ${name}`);
        }
        units[at] = code;
      }
      return Buffer.from(units.buffer).toString("utf16le");
    },
    encode(text) {
      const bytes = Buffer.allocUnsafe(text.length);
      for (let at = 0; at < text.length; at++) {
        bytes[at] = octets.get(text.charCodeAt(at)) ?? 0x3f;
      }
      return bytes;
    },
    lacking(text) {
      for (const character of text) {
        if (character.length > 1 || !octets.has(character.charCodeAt(0))) return character;
      }
      return undefined;
    },
  };
}

function failure(message: string): DocumentFailure {
  return new DocumentFailure({ kind: "fault", code: "invalid-text", message, place: "" });
}
