/** In which form an answer goes out, by what the caller accepts (GraphQL over HTTP §5, §6). */

export type AnswerForm = "response" | "json" | "events";

export const mediaTypes: Readonly<Record<AnswerForm, string>> = {
  response: "application/graphql-response+json",
  json: "application/json",
  events: "text/event-stream",
};

/** For equal preference; JSON stands first for those who accept anything. */
const forms: readonly AnswerForm[] = ["json", "response", "events"];

/** @returns the forms that are acceptable, the best one first. */
export function acceptedForms(accept: string | undefined): readonly AnswerForm[] {
  if (accept === undefined || accept.trim() === "") return forms;
  const ranges = accept.split(",", 100).map(readRange);
  const weighed = forms.map((form, order) => ({ form, order, ...weigh(mediaTypes[form], ranges) }));
  return weighed
    .filter(({ quality }) => quality > 0)
    .toSorted((one, other) => {
      if (one.quality !== other.quality) return other.quality - one.quality;
      // Named outright beats what only a wildcard holds; then the newer form, by the draft.
      if (one.precision !== other.precision) return other.precision - one.precision;
      return one.precision === 2 ? one.at - other.at : one.order - other.order;
    })
    .map(({ form }) => form);
}

interface Range {
  readonly range: string;
  readonly quality: number;
}

function readRange(text: string): Range {
  const [range = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const quality = parameters.find((part) => part.startsWith("q="))?.slice(2);
  // GraphQL's answers are UTF-8 alone.
  const charset = parameters.find((part) => part.startsWith("charset="))?.slice(8);
  const isOurs = charset === undefined || /^"?utf-?8"?$/.test(charset);
  return { range, quality: isOurs ? (quality === undefined ? 1 : Number(quality) || 0) : 0 };
}

function weigh(essence: string, ranges: readonly Range[]) {
  let best = { quality: 0, precision: -1, at: -1 };
  for (const [at, { range, quality }] of ranges.entries()) {
    const precision = precisionOf(range, essence);
    if (precision > best.precision) best = { quality, precision, at };
  }
  return best;
}

/** How exactly a range names a type; -1: not at all. */
function precisionOf(range: string, essence: string): number {
  if (range === essence) return 2;
  if (range.endsWith("/*") && essence.startsWith(range.slice(0, -1))) return 1;
  return range === "*/*" ? 0 : -1;
}

/** Whether a body is JSON in UTF-8. */
export function isJsonBody(contentType: string | undefined): boolean {
  const [essence = "", ...parameters] = (contentType ?? "").toLowerCase().split(";");
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith("charset="));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  return isUtf8 && essence.trim() === mediaTypes.json;
}
