/** SOAP with Attachments (W3C Note, 2000): an envelope and parts beside it as multipart/related. */
import type { Random } from "#base/platform.ts";
import type { Attachment } from "./body-codec.ts";

export function writeRelated(
  rootContentType: string,
  rootMediaType: string,
  envelope: Buffer,
  attachments: readonly Attachment[],
  random: Random,
): { readonly contentType: string; readonly body: Buffer } {
  // 128 random bits: in no part, and not to be guessed by who wrote one.
  const unique = random.bytes(16).toString("hex");
  const boundary = `parlance-${unique}`;
  const pieces: Uint8Array[] = [];
  const addPart = (contentType: string, contentId: string, content: Uint8Array): void => {
    const head =
      `--${boundary}\r\nContent-Type: ${contentType}\r\n` +
      `Content-Transfer-Encoding: binary\r\nContent-ID: <${contentId}>\r\n\r\n`;
    pieces.push(Buffer.from(head, "latin1"), content, Buffer.from("\r\n"));
  };
  addPart(rootContentType, `envelope@${unique}`, envelope);
  for (const { name, mediaType, content } of attachments) {
    const safeType = /^[\x21-\x7e]+\/[\x21-\x7e]+$/.test(mediaType)
      ? mediaType
      : "application/octet-stream";
    addPart(safeType, `${encodeURIComponent(name)}=${unique}@parlance`, content);
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  const contentType =
    `multipart/related; type="${rootMediaType}"; boundary="${boundary}"; ` +
    `start="<envelope@${unique}>"`;
  return { contentType, body: Buffer.concat(pieces) };
}
