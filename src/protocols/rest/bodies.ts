/** Bodies: one value in the media types that a contract offers for it, compiled at first need. */
import type { Contract, RestContent } from "#contract/contract.ts";
import type { Field, RecordType, RefType } from "#contract/types.ts";
import { formCodec } from "./bodies-form.ts";
import { jsonCodec } from "./bodies-json.ts";
import { multipartCodec } from "./bodies-multipart.ts";
import { bytesCodec, textCodec } from "./bodies-text.ts";
import { xmlCodec } from "./bodies-xml.ts";
import type { BodiesOptions, BodyCodec, BodySubject, Coder } from "./body-codec.ts";
import { parseMediaType, rangeHolds, type MediaType } from "./negotiate.ts";
import { offeredContents } from "./offered-contents.ts";

export function bodySubject(message: RecordType | RefType, field: Field | undefined): BodySubject {
  return { type: field?.type ?? message, field };
}

export function compileBodies(
  contract: Contract,
  subject: BodySubject,
  contents: readonly RestContent[],
  options: BodiesOptions,
): readonly BodyCodec[] {
  return offeredContents(contents, options.also, options.root).map((content) => {
    let coder: Coder | undefined;
    const get = (): Coder => (coder ??= compileCoder(contract, subject, content, options));
    return {
      mediaType: concrete(content),
      content,
      read: (bytes, type) => get().read(bytes, type),
      write: (value) => get().write(value),
    };
  });
}

const usualTypes: { readonly [format in RestContent["format"]]: string } = {
  json: "application/json",
  xml: "application/xml",
  form: "application/x-www-form-urlencoded",
  multipart: "multipart/form-data",
  text: "text/plain",
  bytes: "application/octet-stream",
};

function concrete({ mediaType, format }: RestContent): string {
  return mediaType.includes("*") ? usualTypes[format] : mediaType;
}

function compileCoder(
  contract: Contract,
  subject: BodySubject,
  content: RestContent,
  options: BodiesOptions,
): Coder {
  const { format, xml = options.root } = content;
  const mediaType = concrete(content);
  switch (format) {
    case "json":
      return jsonCodec(contract, subject, mediaType, options);
    case "xml":
      return xmlCodec(contract, subject, xml, mediaType, options);
    case "form":
      return formCodec(contract, subject, mediaType);
    case "multipart":
      return multipartCodec(contract, subject, mediaType, options);
    case "text":
      return textCodec(contract, subject, mediaType);
    case "bytes":
      return bytesCodec(subject, mediaType);
  }
}

/** The codec for a body of some Content-Type: the exact one before a range. */
export function bodyFor(bodies: readonly BodyCodec[], type: MediaType): BodyCodec | undefined {
  const { essence } = type;
  const exact = bodies.find(({ mediaType }) => parseMediaType(mediaType)?.essence === essence);
  if (exact !== undefined) return exact;
  const ranged = bodies.filter(({ content }) => content.mediaType.includes("*"));
  const held = ranged.find(({ content }) => rangeHolds(content.mediaType, essence));
  // text/xml and application/xml are the same (RFC 7303 §9.2).
  return (
    held ??
    (essence === "text/xml" ? bodies.find((one) => one.content.format === "xml") : undefined)
  );
}
