/**
 * Messages of several parts, as multipart/related: SOAP with Attachments (W3C Note, 2000), and
 * MTOM with XOP (W3C, 2005), where bytes of the envelope travel as parts of their own.
 */
import type { Random } from "#base/platform.ts";
import type { BytesTaker } from "#formats/xml/codec-options.ts";
import type { Attachment } from "./body-codec.ts";
import { type SoapDialect, soap12, xopNamespace } from "./versions.ts";

interface Part {
  readonly contentId: string;
  readonly mediaType: string;
  readonly content: Uint8Array;
}

export interface Framed {
  readonly contentType: string;
  readonly body: Buffer;
}

/** One message while it is written. */
export interface RelatedMessage {
  /** For MTOM: puts bytes into parts, fewer than it is worth aside. */
  readonly takeBytes: BytesTaker;
  readonly hasParts: () => boolean;
  /** @param action "" for none. */
  readonly asMtom: (dialect: SoapDialect, action: string, envelope: Buffer) => Framed;
  /** @param rootContentType of the envelope. */
  readonly withAttachments: (
    dialect: SoapDialect,
    rootContentType: string,
    envelope: Buffer,
  ) => Framed;
}

/** The head of a part is some 200 bytes; base64 costs a third. */
const partBytesMin = 768;

/** @param attachments go along in either form. */
export function beginRelated(attachments: readonly Attachment[], random: Random): RelatedMessage {
  // 128 random bits: in no part, and not to be guessed by who wrote one.
  const unique = random.bytes(16).toString("hex");
  const parts = attachments.map(({ name, mediaType, content }): Part => {
    return { contentId: `${encodeURIComponent(name)}=${unique}@parlance`, mediaType, content };
  });
  const frame = (parameters: string, rootType: string, envelope: Buffer): Framed => {
    const boundary = `parlance-${unique}`;
    const start = `envelope@${unique}`;
    const root = { contentId: start, mediaType: rootType, content: envelope };
    const ends = `boundary="${boundary}"; start="<${start}>"`;
    const contentType = `multipart/related; ${parameters}; ${ends}`;
    return { contentType, body: writeParts([root, ...parts.map(safe)], boundary) };
  };
  return {
    takeBytes: (content, mediaType = "application/octet-stream") => {
      if (content.length < partBytesMin) return undefined;
      const contentId = `${parts.length + 1}.${unique}@parlance`;
      parts.push({ contentId, mediaType, content });
      return `<xop:Include xmlns:xop="${xopNamespace}" href="cid:${contentId}"/>`;
    },
    hasParts: () => parts.length > 0,
    asMtom: ({ mediaType, version }, action, envelope) => {
      const named = version === soap12.version && action !== "" ? `; action=${action}` : "";
      const rootType = `application/xop+xml; charset=utf-8; type="${mediaType}"${named}`;
      const parameters = `type="application/xop+xml"; start-info="${mediaType}"${named}`;
      return frame(parameters, rootType, envelope);
    },
    withAttachments: ({ mediaType }, rootContentType, envelope) =>
      frame(`type="${mediaType}"`, rootContentType, envelope),
  };
}

/** A media type of the contract must not end the field that it stands in. */
function safe(part: Part): Part {
  const isSafe = /^[\x21-\x7e]+\/[\x21-\x7e]+$/.test(part.mediaType);
  return isSafe ? part : { ...part, mediaType: "application/octet-stream" };
}

function writeParts(parts: readonly Part[], boundary: string): Buffer {
  const pieces = parts.flatMap(({ contentId, mediaType, content }) => {
    const head =
      `--${boundary}\r\nContent-Type: ${mediaType}\r\n` +
      `Content-Transfer-Encoding: binary\r\nContent-ID: <${contentId}>\r\n\r\n`;
    return [Buffer.from(head, "latin1"), content, Buffer.from("\r\n")];
  });
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}
