/** JSON bodies. */
import type { Contract } from "#contract/contract.ts";
import { orFault, type DocumentFault } from "#contract/document-fault.ts";
import { compileJsonReader } from "#formats/json/compile-reader.ts";
import { compileJsonWriter } from "#formats/json/compile-writer.ts";
import type { BodyOptions, BodySubject, Coder } from "./body-codec.ts";

export function jsonCodec(
  contract: Contract,
  { type, field }: BodySubject,
  mediaType: string,
  { unknown, limits }: BodyOptions,
): Coder {
  const nullable = field?.nullable === true;
  const read = compileJsonReader(contract, type, {
    unknownMembers: unknown === "reject" ? "reject" : "keep",
    nullable,
    ...(limits && { limits }),
  });
  const write = compileJsonWriter(contract, type, {});
  return {
    read(bytes, found) {
      const charset = found?.parameters.get("charset")?.toLowerCase();
      if (charset !== undefined && !/^(utf-?8|us-ascii)$/.test(charset)) {
        return charsetFault(charset, "UTF-8 (RFC 8259 §8.1)");
      }
      return read(bytes);
    },
    write: (value) =>
      orFault(() => ({
        kind: "body" as const,
        contentType: mediaType,
        bytes: Buffer.from(value === null ? "null" : write(value)),
      })),
  };
}

export function charsetFault(charset: string, expected: string): DocumentFault {
  const message = `the charset ${charset.slice(0, 50)} is not offered; expected ${expected}`;
  return { kind: "fault", code: "charset-unsupported", message, place: "" };
}
