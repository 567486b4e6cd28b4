/** Percent-encoding (RFC 3986 §2) as the values of parameters need it. */

/** Everything but unreserved characters is encoded, so that no delimiter of a style is left. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

/** Undefined: a percent sign without two digits, or bytes that are not UTF-8. */
export function percentDecode(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** As forms and queries have it: a plus sign is a space. */
export function formDecode(text: string): string | undefined {
  return percentDecode(text.includes("+") ? text.replaceAll("+", " ") : text);
}

export interface Pair {
  readonly name: string;
  /** Still encoded. */
  readonly raw: string;
}

/** Undefined: a name that cannot be decoded. */
export function parsePairs(query: string): readonly Pair[] | undefined {
  const pairs: Pair[] = [];
  for (const part of query.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = formDecode(equals < 0 ? part : part.slice(0, equals));
    if (name === undefined) return undefined;
    pairs.push({ name, raw: equals < 0 ? "" : part.slice(equals + 1) });
  }
  return pairs;
}
