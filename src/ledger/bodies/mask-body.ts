/** Masks a body by what it says it is. What cannot be masked for sure is not kept at all. */
import { isAscii } from "node:buffer";
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { applyEdits, type Edit } from "./edits.ts";
import { findInForm, isForm } from "./mask-form.ts";
import { findInJson } from "./mask-json.ts";
import { asciiEncodings, findInXml } from "./mask-xml.ts";
import type { SensitiveNames } from "./sensitive-names.ts";

export interface Masked {
  readonly bytes: Buffer;
  readonly fields: readonly string[];
}

export interface BodyForm {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  /** More than these bytes passed. */
  readonly isCut: boolean;
}

/** Undefined: it cannot be masked. */
export function maskBody(
  bytes: Buffer,
  { contentType, contentEncoding, isCut }: BodyForm,
  names: SensitiveNames,
  decodedBytesMax: number,
): Masked | undefined {
  if (names.isEmpty || bytes.length === 0) return { bytes, fields: [] };
  const decoded = decode(bytes, contentEncoding, isCut, decodedBytesMax);
  if (decoded === undefined) return undefined;
  const edits = findEdits(decoded, contentType, names, isCut);
  if (edits === undefined) return undefined;
  return { bytes: applyEdits(decoded, 0, decoded.length, edits), fields: fieldsOf(edits) };
}

export function fieldsOf(edits: readonly Edit[]): readonly string[] {
  return [...new Set(edits.flatMap(({ field }) => field ?? []))];
}

function findEdits(
  bytes: Buffer,
  contentType: string | undefined,
  names: SensitiveNames,
  isCut: boolean,
): readonly Edit[] | undefined {
  const [type = "", ...parameters] = (contentType ?? "").toLowerCase().split(";");
  const charsets = parameters
    .flatMap((one) => /^\s*charset\s*=\s*"?([^"\s]*)/.exec(one)?.[1] ?? [])
    .filter((one) => !/^(?:utf-?8|(?:us-)?ascii)$/.test(one));
  if (charsets.length > 1 || !charsets.every((one) => asciiEncodings.test(one))) return undefined;
  const name = type.trim();
  if (/^(?:application|text)\/(?:xml|.+\+xml)$/.test(name)) {
    return findInXml(bytes, names.has, isCut, charsets);
  }
  // Names are read as UTF-8 in what follows.
  if (charsets.length > 0 && !isAscii(bytes)) return undefined;
  // Names stand in its paths, before or behind the values.
  if (name === "application/json-patch+json") {
    return findInJson(bytes, (one) => one === "value" || names.has(one), isCut);
  }
  if (/^application\/(?:json|x-ndjson|.+\+json)$|^text\/json$/.test(name)) {
    return findInJson(bytes, names.has, isCut);
  }
  if (name === "application/x-www-form-urlencoded") {
    return isForm(bytes) ? findInForm(bytes, 0, bytes.length, names.has) : undefined;
  }
  return undefined;
}

function decode(
  bytes: Buffer,
  encoding: string | undefined,
  isCut: boolean,
  maxOutputLength: number,
): Buffer | undefined {
  const name = (encoding ?? "identity").trim().toLowerCase();
  if (name === "identity" || name === "") return bytes;
  if (isCut) return undefined;
  try {
    if (name === "gzip" || name === "x-gzip") return gunzipSync(bytes, { maxOutputLength });
    if (name === "deflate") return inflateSync(bytes, { maxOutputLength });
    if (name === "br") return brotliDecompressSync(bytes, { maxOutputLength });
    if (name === "zstd") return zstdDecompressSync(bytes, { maxOutputLength });
  } catch {
    return undefined;
  }
  return undefined;
}
