/**
 * Templates that tell a failure's text, both ways: `ERR {code:3} {message}`. No regular
 * expressions: nothing that is configured makes matching slow, and what is recognised can be
 * written.
 */

export interface FaultTemplate {
  /** Names of its places. */
  readonly places: readonly string[];
  /** What stands at the places; undefined: the text does not begin so. */
  readonly match: (text: string) => ReadonlyMap<string, string> | undefined;
  readonly write: (values: ReadonlyMap<string, string>) => string;
}

type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "place"; readonly name: string; readonly length: number | undefined };

/** Text of one place that is looked at. */
const valueLengthMax = 10_000;

const partForm = /\{([A-Za-z_][A-Za-z0-9_]{0,60})?(?::(\d{1,4}))?\}/g;

/** A text: what is wrong with the template. */
export function compileTemplate(template: string): FaultTemplate | string {
  const parts: Part[] = [];
  let from = 0;
  for (const match of template.matchAll(partForm)) {
    if (match.index > from) parts.push({ kind: "text", text: template.slice(from, match.index) });
    const length = match[2] === undefined ? undefined : Number(match[2]);
    const last = parts.at(-1);
    if (last?.kind === "place" && last.length === undefined) {
      return "two places stand side by side; the first one needs a length, as in {code:3}";
    }
    parts.push({ kind: "place", name: match[1] ?? "", length });
    from = match.index + match[0].length;
  }
  if (from < template.length) parts.push({ kind: "text", text: template.slice(from) });
  const places = parts.flatMap((part) => (part.kind === "place" && part.name) || []);
  if (new Set(places).size < places.length) return "a place stands twice";
  if (!parts.some(({ kind }) => kind === "text")) {
    return "it is nothing but places, so every answer would be a failure";
  }
  return {
    places,
    match: (text: string) => matchParts(text, parts),
    write: (values) => writeParts(values, parts),
  };
}

function matchParts(text: string, parts: readonly Part[]): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>();
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (part.kind === "text") {
      if (!text.startsWith(part.text, at)) return undefined;
      at += part.text.length;
      continue;
    }
    const end = endOfPlace(text, at, part.length, parts[index + 1]);
    if (end === undefined) return undefined;
    if (part.name !== "") values.set(part.name, text.slice(at, end).trim());
    at = end;
  }
  return values;
}

function endOfPlace(
  text: string,
  from: number,
  length: number | undefined,
  next: Part | undefined,
): number | undefined {
  if (length !== undefined) return from + length <= text.length ? from + length : undefined;
  const within = text.slice(from, from + valueLengthMax);
  if (next?.kind === "text") {
    const at = within.indexOf(next.text);
    return at < 0 ? undefined : from + at;
  }
  const end = within.search(/[\r\n]/);
  return from + (end < 0 ? within.length : end);
}

/** What does not fit a place of fixed length is cut: words for people, nothing that is counted. */
function writeParts(values: ReadonlyMap<string, string>, parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      const value = (values.get(part.name) ?? "").replaceAll(/[\x00-\x1F\x7F]+/g, " ");
      return part.length === undefined ? value : value.slice(0, part.length).padEnd(part.length);
    })
    .join("");
}
