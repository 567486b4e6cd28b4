/** Media types: Content-Type and Accept as RFC 9110 §8.3 and §12.5.1 have them. */

export interface MediaType {
  /** Lower case, `application/json`. */
  readonly essence: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const essencePattern = new RegExp(`^(${token}/${token})[ \\t]*(?:;|$)`);
const parameterPattern = new RegExp(
  `;[ \\t]*(?:(${token})=(?:(${token})|"((?:[^"\\\\]|\\\\.)*)"))?[ \\t]*`,
  "y",
);

/** Undefined: this is no media type. */
export function parseMediaType(text: string): MediaType | undefined {
  const trimmed = text.trim();
  const essence = essencePattern.exec(trimmed)?.[1];
  if (essence === undefined) return undefined;
  const parameters = new Map<string, string>();
  let at = essence.length;
  while (trimmed[at] === " " || trimmed[at] === "\t") at++;
  while (at < trimmed.length) {
    parameterPattern.lastIndex = at;
    const match = parameterPattern.exec(trimmed);
    if (match === null) return undefined;
    const [whole, name, plain, quoted] = match;
    if (name !== undefined) {
      parameters.set(name.toLowerCase(), plain ?? (quoted ?? "").replaceAll(/\\(.)/g, "$1"));
    }
    at += whole.length;
  }
  return { essence: essence.toLowerCase(), parameters };
}

/** Whether a range such as `application/*` holds a type. */
export function rangeHolds(range: string, essence: string): boolean {
  if (range === "*/*" || range === essence) return true;
  return range.endsWith("/*") && essence.startsWith(range.slice(0, -1));
}

/** How exactly a range names what it holds. */
function precision(range: string): number {
  return range === "*/*" ? 0 : range.endsWith("/*") ? 1 : 2;
}

interface Range {
  readonly range: string;
  readonly quality: number;
}

/** Accept says nothing of what cannot be read in it. */
function parseAccept(accept: string): readonly Range[] {
  const ranges: Range[] = [];
  for (const part of splitList(accept)) {
    const parsed = parseMediaType(part);
    if (parsed === undefined) continue;
    const quality = Number(parsed.parameters.get("q") ?? 1);
    ranges.push({ range: parsed.essence, quality: quality >= 0 && quality <= 1 ? quality : 0 });
  }
  return ranges;
}

/** Commas inside quotes do not part. */
function splitList(text: string): readonly string[] {
  return text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g) ?? [];
}

/** 0: not acceptable. The most exact range that holds the type decides (RFC 9110 §12.5.1). */
function qualityOf(ranges: readonly Range[], essence: string): number {
  let quality = 0;
  let best = -1;
  for (const { range, quality: own } of ranges) {
    if (!rangeHolds(range, essence) || precision(range) < best) continue;
    quality = precision(range) > best ? own : Math.max(quality, own);
    best = precision(range);
  }
  return quality;
}

/**
 * The offer that the caller likes best; of equals the first. Undefined: none is acceptable. No
 * Accept, or an empty one, accepts all.
 */
export function chooseOffer<Offer extends { readonly mediaType: string }>(
  accept: string | undefined,
  offers: readonly Offer[],
): Offer | undefined {
  if (accept === undefined || accept.trim() === "") return offers[0];
  const ranges = parseAccept(accept);
  let chosen: Offer | undefined;
  let best = 0;
  for (const offer of offers) {
    const quality = qualityOf(ranges, parseMediaType(offer.mediaType)?.essence ?? "");
    if (quality > best) {
      chosen = offer;
      best = quality;
    }
  }
  return chosen;
}

/** Whether errors should rather be XML: problem+xml, or a general liking for XML. */
export function prefersXml(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  const ranges = parseAccept(accept);
  const liking = (...types: readonly string[]): number =>
    Math.max(...types.map((type) => qualityOf(ranges, type)));
  const xml = liking("application/problem+xml", "application/xml", "text/xml");
  return xml > liking("application/problem+json", "application/json");
}
