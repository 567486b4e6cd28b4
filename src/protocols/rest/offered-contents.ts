/** The media types that callers are offered: those of the contract, and JSON or XML beside it. */
import type { QualifiedName, RestContent } from "#contract/contract.ts";

type Document = "json" | "xml";

/** Own ones first: who has no preference gets what the service has. */
export function offeredContents(
  contents: readonly RestContent[],
  also: readonly Document[],
  root: QualifiedName,
): readonly RestContent[] {
  const has = (format: Document): boolean => contents.some((one) => one.format === format);
  const added = also.filter((format) => !has(format) && has(format === "json" ? "xml" : "json"));
  return added.length === 0 ? contents : [...contents, ...added.map((one) => ownForm(one, root))];
}

export function ownForm(format: Document, root: QualifiedName): RestContent {
  return format === "json"
    ? { mediaType: "application/json", format }
    : { mediaType: "application/xml", format, xml: root };
}
