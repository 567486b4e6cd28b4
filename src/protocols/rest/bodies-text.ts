/** Bodies that are a single text, or mere octets. */
import { isUtf8 } from "node:buffer";
import type { Contract } from "#contract/contract.ts";
import { orFault, type DocumentFault } from "#contract/document-fault.ts";
import { readText, writeText, type Subject } from "./parameters-flat.ts";
import { charsetFault } from "./bodies-json.ts";
import type { BodySubject, Coder } from "./body-codec.ts";
import type { MediaType } from "./negotiate.ts";
import { compileTextCodec } from "./text-codec.ts";

const subject: Subject = { what: "the body", place: "" };

export function textCodec(contract: Contract, { type }: BodySubject, mediaType: string): Coder {
  const codec = compileTextCodec(contract, type);
  return {
    read: (bytes, found) =>
      orFault(() => {
        const text = decodeText(bytes, found);
        if (typeof text !== "string") return text;
        return { kind: "value" as const, value: readText(subject, codec, text) };
      }),
    write: (value) =>
      orFault(() => ({
        kind: "body" as const,
        contentType: `${mediaType}; charset=utf-8`,
        bytes: Buffer.from(writeText(subject, codec, value)),
      })),
  };
}

/** UTF-8 unless another charset is named. */
export function decodeText(bytes: Buffer, type: MediaType | undefined): string | DocumentFault {
  const charset = type?.parameters.get("charset")?.toLowerCase() ?? "utf-8";
  if (charset === "iso-8859-1") return bytes.toString("latin1");
  if (!/^(utf-?8|us-ascii)$/.test(charset)) return charsetFault(charset, "UTF-8 or ISO-8859-1");
  if (isUtf8(bytes)) return bytes.toString();
  const message = "the body is not UTF-8";
  return { kind: "fault", code: "malformed-text", message, place: "" };
}

/** No copy is made: the value lives as long as the exchange's bytes. */
export function bytesCodec({ type }: BodySubject, mediaType: string): Coder {
  const isBytes = type.kind === "bytes";
  return {
    read(bytes) {
      if (isBytes) return { kind: "value", value: new Uint8Array(bytes) };
      const text = decodeText(bytes, undefined);
      return typeof text === "string" ? { kind: "value", value: text } : text;
    },
    write(value) {
      const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(value as string);
      return { kind: "body", contentType: mediaType, bytes };
    },
  };
}
