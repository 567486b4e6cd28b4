/** The body of an HTTP message that holds SOAP: its version, its text, the parts beside it. */
import { decodeXmlBytes } from "#formats/xml/decode-bytes.ts";
import type { XmlLimits } from "#formats/xml/limits.ts";
import { parseMediaType, type MediaType } from "./media-type.ts";
import { findPart, type MimePart, parseMultipart } from "./multipart.ts";
import { refuse } from "./refuse.ts";
import { type SoapVersion, soap11, soap12 } from "./versions.ts";
import { inlineXop } from "./xop.ts";

export interface SoapMessage {
  /** As the media type says. */
  readonly version: SoapVersion;
  /** The envelope, with the parts of XOP in their places. */
  readonly text: string;
  /** Parts beside the root that the envelope does not include. */
  readonly parts: readonly MimePart[];
  /** Parameter of SOAP 1.2's media type. */
  readonly action: string | undefined;
}

/** The version that a Content-Type speaks of; undefined: it is none of SOAP's. */
export function versionOfMediaType(contentType: string | undefined): SoapVersion | undefined {
  const media = parseMediaType(contentType);
  return media && versionOf(media);
}

function versionOf(media: MediaType): SoapVersion | undefined {
  if (media.essence === soap11.mediaType) return "1.1";
  if (media.essence === soap12.mediaType) return "1.2";
  if (media.essence !== "multipart/related") return undefined;
  const type = parseMediaType(media.parameters.get("type"))?.essence;
  const start = parseMediaType(media.parameters.get("start-info"))?.essence;
  const named = type === "application/xop+xml" ? (start ?? soap11.mediaType) : type;
  if (named === undefined || named === soap11.mediaType) return "1.1";
  return named === soap12.mediaType ? "1.2" : undefined;
}

const expected = `expected ${soap11.mediaType}, ${soap12.mediaType} or multipart/related of these`;

export function openMessage(
  contentType: string | undefined,
  body: Buffer,
  limits: XmlLimits,
): SoapMessage {
  const media = parseMediaType(contentType);
  const version = media && versionOf(media);
  if (media === undefined || version === undefined) {
    const found = contentType === undefined ? "none" : contentType.slice(0, 100);
    return refuse("soap-media-type", `the Content-Type is ${found}; ${expected}`);
  }
  if (body.length > limits.documentBytesMax) {
    const limit = `${limits.documentBytesMax} bytes (documentBytesMax)`;
    return refuse("soap-envelope", `the message is longer than ${limit}`);
  }
  const related = media.essence === "multipart/related" ? openRelated(media, body) : undefined;
  const charset = (related?.media ?? media).parameters.get("charset");
  const decoded = decodeXmlBytes(related?.root.content ?? body, charset, limits).text;
  const { text, included } = inlineXop(decoded, related?.parts ?? [], limits);
  refuseInstructions(text);
  const action = (related?.media ?? media).parameters.get("action");
  const parts = (related?.parts ?? []).filter((part) => !included.has(part));
  return { version, text, parts, action };
}

function openRelated(
  media: MediaType,
  body: Buffer,
): { readonly root: MimePart; readonly media: MediaType; readonly parts: readonly MimePart[] } {
  const parts = parseMultipart(body, media.parameters.get("boundary") ?? "");
  const start = media.parameters.get("start");
  const root =
    start === undefined ? parts[0] : findPart(parts, `cid:${start.replace(/^<(.*)>$/, "$1")}`);
  if (root === undefined) {
    return refuse("soap-attachment", "the multipart message has no root part");
  }
  const rootType = parseMediaType(root.fields.get("content-type") ?? soap11.mediaType);
  const essence = rootType?.essence;
  const known = [soap11.mediaType, soap12.mediaType, "application/xop+xml"];
  if (rootType === undefined || essence === undefined || !known.includes(essence)) {
    return refuse("soap-media-type", `the root part is ${essence ?? "of no type"}; ${expected}`);
  }
  const parameters = new Map([...media.parameters, ...rootType.parameters]);
  const others = parts.filter((part) => part !== root);
  return { root, media: { essence, parameters }, parts: others };
}

/** SOAP 1.1 §3, SOAP 1.2 Part 1 §5: no processing instructions, but the XML declaration. */
function refuseInstructions(text: string): void {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const from = text.startsWith("<?xml", start) ? start + 5 : start;
  if (text.indexOf("<?", from) < 0) return;
  for (let at = from; at < text.length;) {
    const next = text.indexOf("<", at);
    if (next < 0) return;
    if (text.startsWith("<?", next)) {
      const line = text.slice(0, next).split("\n").length;
      refuse("soap-envelope", `processing instructions are not allowed in SOAP (line ${line})`);
    }
    const end = text.startsWith("<!--", next)
      ? text.indexOf("-->", next + 4)
      : text.startsWith("<![CDATA[", next)
        ? text.indexOf("]]>", next)
        : next;
    if (end < 0) return;
    at = end + 1;
  }
}
