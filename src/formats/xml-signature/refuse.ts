/** How readers of this folder say what is wrong with a signature. */
import { DocumentFailure } from "#contract/document-fault.ts";

export type SignatureProblem =
  /** It is not built as XML Signature has it, or says too much. */
  | "signature-malformed"
  /** An algorithm that is not known, or not taken. */
  | "signature-algorithm"
  /** It was not made with the key, or over something else. */
  | "signature-invalid";

export function refuse(code: SignatureProblem, message: string): never {
  throw new DocumentFailure({ kind: "fault", code, message, place: "" });
}

/** Base64 (RFC 4648 §4) that may be folded, and is spelled in the one way that it has. */
export function decodeBase64(text: string, of: string, bytesMax: number): Buffer {
  const folded = text.replace(/[ \t\r\n]+/g, "");
  const bytes = Buffer.from(folded, "base64");
  if (bytes.length === 0 || bytes.length > bytesMax || bytes.toString("base64") !== folded) {
    return refuse("signature-malformed", `${of} is no base64 of 1 to ${bytesMax} bytes`);
  }
  return bytes;
}
