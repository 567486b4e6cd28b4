/**
 * Bytes of a contract's document to text: XML in the encoding that it declares, all others in
 * UTF-8. What is in another encoding is refused, since its names and values would be others.
 */
import { isAscii, isUtf8 } from "node:buffer";
import { faultOf } from "#contract/document-fault.ts";
import { decodeXmlBytes } from "#formats/xml/decode-bytes.ts";

export type DecodedDocument =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "fault"; readonly message: string };

/** @param charset of the media type under which it came. */
export function decodeDocument(bytes: Buffer, charset?: string): DecodedDocument {
  // Declarations of other encodings are as good as any where all characters are ASCII.
  if (isAscii(bytes)) return { kind: "text", text: bytes.toString("latin1") };
  if (isXml(bytes)) {
    try {
      return { kind: "text", text: decodeXmlBytes(bytes, charset).text };
    } catch (error) {
      return { kind: "fault", message: faultOf(error).message };
    }
  }
  if (isUtf8(bytes) || isBinary(bytes)) return { kind: "text", text: bytes.toString("utf8") };
  return { kind: "fault", message: "the document is not UTF-8; expected it to be saved as UTF-8" };
}

/** As text it is in UTF-8 wherever it is written to. */
export function declaringUtf8(text: string): string {
  return text.replace(
    /^(<\?xml[^>]{0,100}?encoding[ \t\r\n]*=[ \t\r\n]*)(?:"[\w.-]+"|'[\w.-]+')/,
    '$1"UTF-8"',
  );
}

function isXml(bytes: Buffer): boolean {
  const mark = bytes.toString("latin1", 0, 2);
  if (mark === "\xff\xfe" || mark === "\xfe\xff") return true;
  return /^(?:\xef\xbb\xbf)?[ \t\r\n]*</.test(bytes.toString("latin1", 0, 200));
}

/** Descriptor sets, whose importer reads the bytes. */
function isBinary(bytes: Buffer): boolean {
  return /[\x00-\x08\x0e-\x1f]/.test(bytes.toString("latin1", 0, 2_000));
}
