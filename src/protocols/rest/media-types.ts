/** What the media types of a contract mean for its bodies. */
import type { RestContent } from "#contract/contract.ts";

export function formatOf(mediaType: string): RestContent["format"] {
  const [essence = ""] = mediaType.toLowerCase().split(";");
  const type = essence.trim();
  if (type.startsWith("multipart/")) return "multipart";
  if (type === "application/x-www-form-urlencoded") return "form";
  if (/^application\/(x-ndjson|jsonl|json-seq)$/.test(type)) return "bytes";
  if (/[/+]json$/.test(type)) return "json";
  if (/[/+]xml$/.test(type)) return "xml";
  // A range says nothing of its own; JSON is what is meant by those who write it.
  if (type === "*/*" || type === "application/*") return "json";
  if (type.startsWith("text/") && type !== "text/event-stream") return "text";
  return "bytes";
}

export function isMediaType(text: string): boolean {
  return /^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+(\s*;.*)?$/.test(text);
}

/** Bodies with members go first, those that are mere octets last: the first gives the type. */
const ranks: Readonly<Record<RestContent["format"], number>> = {
  json: 0,
  xml: 1,
  form: 2,
  multipart: 3,
  text: 4,
  bytes: 5,
};

export function rankOf(mediaType: string): number {
  return ranks[formatOf(mediaType)];
}
