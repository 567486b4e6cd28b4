/**
 * Path patterns of routes: `/orders/{id}`, `/orders/*`. Literals are kept in the one spelling of
 * RFC 3986 §6.2.2, so that a request path needs work only when it holds a `%`.
 */
export interface Segment {
  readonly kind: "literal" | "parameter";
  /** The literal in normal spelling, or the name of the parameter. */
  readonly text: string;
  /** Of a parameter: literal text right behind it, `:archive`. */
  readonly verb?: string;
}

export interface PathPattern {
  readonly segments: readonly Segment[];
  /** Ends in `/*`: also matches without the rest. */
  readonly rest: boolean;
  /** What then stands at the end of the path, `:read`: with it, it matches no path without rest. */
  readonly restVerb?: string;
  /** The pattern without names of parameters: patterns of one shape match the same paths. */
  readonly shape: string;
}

export interface BrokenPattern {
  /** What is wrong, and what was expected. */
  readonly error: string;
}

const percentEncoded = /%([0-9A-Fa-f]{2})/g;
const unreserved = /[A-Za-z0-9\-._~]/;
/** Nothing in it can be wrong, or be spelled in another way. */
const plainSegment = /^[A-Za-z0-9_][A-Za-z0-9\-._~]*$/;
/** With what google.api.http calls a verb; only the routes of contracts have such. */
const parameterSegment = /^\{([A-Za-z_][A-Za-z0-9_.-]*)\}(:[A-Za-z0-9\-._~:]+)?$/;
const restSegment = /^\*(:[A-Za-z0-9\-._~:]+)$/;
/** What is not a `pchar` (RFC 3986 §3.3) and has to be encoded before it can stand in a path. */
const notPathCharacter = /[^A-Za-z0-9\-._~!$&'()*+,;=:@%]/gu;

/** Decodes encoded unreserved characters, and spells the other encodings in upper case. */
export function normalPath(path: string): string {
  if (!path.includes("%")) return path;
  return path.replace(percentEncoded, (encoding, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return unreserved.test(character) ? character : encoding.toUpperCase();
  });
}

export function parsePattern(path: string): PathPattern | BrokenPattern {
  if (!path.startsWith("/")) return { error: `path ${JSON.stringify(path)} must begin with "/"` };
  const parts = path.slice(1).split("/");
  const [, restVerb] = restSegment.exec(parts.at(-1) ?? "") ?? [];
  const rest = parts.at(-1) === "*" || restVerb !== undefined;
  if (rest) parts.pop();
  const segments: Segment[] = [];
  const names = new Set<string>();
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1 && !rest;
    const segment = parseSegment(part, isLast);
    if ("error" in segment) return { error: `path ${JSON.stringify(path)}: ${segment.error}` };
    if (segment.kind === "parameter") {
      if (names.has(segment.text))
        return { error: `path ${JSON.stringify(path)} names {${segment.text}} twice` };
      names.add(segment.text);
    }
    segments.push(segment);
  }
  const shape = shapeOf(segments, rest, restVerb);
  return { segments, rest, shape, ...(restVerb === undefined ? {} : { restVerb }) };
}

function parseSegment(part: string, isLast: boolean): Segment | BrokenPattern {
  if (plainSegment.test(part)) return { kind: "literal", text: part };
  const quoted = JSON.stringify(part);
  if (part === "") {
    if (isLast) return { kind: "literal", text: "" };
    return { error: `empty segments ("//") are refused in requests, so it could never match` };
  }
  const parameter = parameterSegment.exec(part);
  if (parameter !== null) {
    const [, text = "", verb] = parameter;
    return { kind: "parameter", text, ...(verb === undefined ? {} : { verb }) };
  }
  if (/[{}]/.test(part))
    return { error: `segment ${quoted} must be a literal or one whole parameter such as {id}` };
  if (part.includes("*"))
    return { error: `"*" in segment ${quoted} is allowed only as the whole last segment` };
  if (/[?#\\]/.test(part))
    return { error: `segment ${quoted} holds "?", "#" or "\\", which cannot stand in a path` };
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\x00-\x1f\x7f]|%(?:00|0[1-9a-f]|1[0-9a-f]|7f)/i.test(part))
    return { error: `segment ${quoted} holds a control character` };
  if (/%(?![0-9A-Fa-f]{2})/.test(part))
    return { error: `segment ${quoted} holds a "%" without two hexadecimal digits` };
  if (!part.isWellFormed()) return { error: `segment ${quoted} holds half a surrogate pair` };
  const text = normalPath(part.replace(notPathCharacter, encodeURIComponent));
  if (text === "." || text === "..")
    return { error: `dot segments are refused in requests, so it could never match` };
  return { kind: "literal", text };
}

function shapeOf(segments: readonly Segment[], rest: boolean, restVerb = ""): string {
  const spelled = segments.map(({ kind, text, verb = "" }) => {
    return kind === "literal" ? text : `{}${verb}`;
  });
  if (rest) spelled.push(`*${restVerb}`);
  return `/${spelled.join("/")}`;
}

/** Whether every path that `pattern` matches begins with the segments of `prefix`. */
export function beginsWith(pattern: PathPattern, prefix: PathPattern): boolean {
  if (prefix.segments.length > pattern.segments.length) return false;
  return prefix.segments.every((wanted, index) => {
    const segment = pattern.segments[index] as Segment;
    if (segment.kind !== wanted.kind || segment.verb !== wanted.verb) return false;
    return wanted.kind === "parameter" || segment.text === wanted.text;
  });
}
