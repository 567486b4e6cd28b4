/**
 * The character sets of old programs, strict in both ways: octets that stand for nothing and
 * characters without an octet are faults, never question marks.
 */
import { DocumentFailure } from "#contract/document-fault.ts";
import type { Charset } from "#contract/text-layout.ts";
import { besideIbm037, ibm037 } from "./ibm037.ts";
import { ibm850 } from "./ibm850.ts";

export interface TextCharset {
  readonly name: Charset;
  /** Throws DocumentFailure. */
  readonly decode: (bytes: Uint8Array) => string;
  /** Of a text that lacks nothing. */
  readonly encode: (text: string) => Buffer;
  /** The first character that the charset lacks. */
  readonly lacking: (text: string) => string | undefined;
}

export function charsetOf(name: Charset): TextCharset {
  if (name === "utf-8" || name === "utf-16le" || name === "utf-16be") return unicode(name);
  return singleOctet(name, charactersOf(name));
}

/** A whole message, or its beginning: a byte order mark in front of it is none of its text. */
export function decodeMessage({ decode }: TextCharset, bytes: Uint8Array): string {
  const text = decode(bytes);
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

type Unicode = "utf-8" | "utf-16le" | "utf-16be";

function unicode(name: Unicode): TextCharset {
  return {
    name,
    decode(bytes) {
      try {
        return new TextDecoder(name, { fatal: true, ignoreBOM: true }).decode(bytes);
      } catch {
        throw failure(`the text is no ${name.toUpperCase()}`);
      }
    },
    encode(text) {
      if (name === "utf-8") return Buffer.from(text, "utf8");
      const bytes = Buffer.from(text, "utf16le");
      return name === "utf-16be" ? bytes.swap16() : bytes;
    },
    lacking: (text) => (text.isWellFormed() ? undefined : "a half of a character"),
  };
}

/** The characters of all octets; U+FFFF for an octet that stands for none. */
function charactersOf(name: Exclude<Charset, Unicode>): string {
  const octets = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
  switch (name) {
    case "us-ascii":
      return octets.toString("latin1", 0, 128) + none.repeat(128);
    case "iso-8859-1":
      return octets.toString("latin1");
    case "ibm850":
      return octets.toString("latin1", 0, 128) + ibm850;
    case "ibm037":
      return ibm037.toString("latin1");
    case "ibm273":
    case "ibm500":
    case "ibm1140":
      return ebcdic(besideIbm037[name]);
    case "iso-8859-2":
    case "iso-8859-15":
      return new TextDecoder(name).decode(octets);
    case "windows-1250":
    case "windows-1251":
    case "windows-1252":
      // WHATWG Encoding: octets of none are given controls.
      return new TextDecoder(name).decode(octets).replaceAll(/[\x80-\x9F]/g, none);
  }
}

function ebcdic(instead: string): string {
  const characters = ibm037.toString("latin1").split("");
  for (const [, octet = "", character = ""] of instead.matchAll(/([0-9a-f]{2})(.)/g)) {
    characters[Number.parseInt(octet, 16)] = character;
  }
  return characters.join("");
}

const none = "\uFFFF";

function singleOctet(name: Charset, characters: string): TextCharset {
  const codes = new Uint16Array(characters.length);
  const octets = new Map<number, number>();
  for (let octet = 0; octet < 256; octet++) {
    const code = characters.charCodeAt(octet);
    codes[octet] = code;
    if (code !== 0xffff) octets.set(code, octet);
  }
  return {
    name,
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
