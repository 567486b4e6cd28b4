/**
 * Path patterns of routes: `/orders/{id}`, `/orders/*`. Literals are kept in the one spelling of
 * RFC 3986 §6.2.2, so that a request path needs work only when it holds a `%`.
 */
import { spellLiteral } from "#contract/path-spelling.ts";
import { parseForm, type SegmentForm } from "#contract/segment-form.ts";

export interface Segment {
  readonly kind: "literal" | "parameter";
  /** The literal in normal spelling, or what stands for the parameter. */
  readonly text: string;
  /** Of parameters with literal text beside them: `{id}.json`. */
  readonly form?: SegmentForm;
}

export interface PathPattern {
  readonly segments: readonly Segment[];
  /** Ends in `/*`: also matches without the rest. */
  readonly rest: boolean;
  /** Of a rest with literal text behind it, `*:read`, which matches no path without rest. */
  readonly restForm?: SegmentForm;
  /** The pattern without names of parameters: patterns of one shape match the same paths. */
  readonly shape: string;
}

export interface BrokenPattern {
  /** What is wrong, and what was expected. */
  readonly error: string;
}

/** Nothing in it can be wrong, or be spelled in another way. */
const plainSegment = /^[A-Za-z0-9_][A-Za-z0-9\-._~]*$/;
const parameterSegment = /^\{([A-Za-z_][A-Za-z0-9_.-]*)\}$/;
const formSegment = /^(?:[^{}]*\{[^{}]*\})+[^{}]*$/;

/** @param hasForms whether literal text may stand beside parameters, as in contracts. */
export function parsePattern(path: string, hasForms = false): PathPattern | BrokenPattern {
  if (!path.startsWith("/")) return { error: `path ${JSON.stringify(path)} must begin with "/"` };
  const parts = path.slice(1).split("/");
  const last = parts.at(-1) ?? "";
  const restForm = hasForms && /^\*./.test(last) ? parseForm(last.replace("*", "{}")) : undefined;
  const rest = last === "*" || restForm !== undefined;
  if (rest) parts.pop();
  const segments: Segment[] = [];
  const names = new Set<string>();
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1 && !rest;
    const segment = parseSegment(part, isLast, hasForms);
    if ("error" in segment) return { error: `path ${JSON.stringify(path)}: ${segment.error}` };
    if (segment.kind === "parameter" && segment.form === undefined) {
      if (names.has(segment.text))
        return { error: `path ${JSON.stringify(path)} names {${segment.text}} twice` };
      names.add(segment.text);
    }
    segments.push(segment);
  }
  const shape = shapeOf(segments, rest, restForm);
  return { segments, rest, shape, ...(restForm === undefined ? {} : { restForm }) };
}

function parseSegment(part: string, isLast: boolean, hasForms: boolean): Segment | BrokenPattern {
  if (plainSegment.test(part)) return { kind: "literal", text: part };
  const quoted = JSON.stringify(part);
  if (part === "") {
    if (isLast) return { kind: "literal", text: "" };
    return { error: `empty segments ("//") are refused in requests, so it could never match` };
  }
  const [, name] = parameterSegment.exec(part) ?? [];
  if (name !== undefined) return { kind: "parameter", text: name };
  if (hasForms && formSegment.test(part)) {
    return { kind: "parameter", text: part, form: parseForm(part) };
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
  const text = spellLiteral(part);
  if (text === "." || text === "..")
    return { error: `dot segments are refused in requests, so it could never match` };
  return { kind: "literal", text };
}

function shapeOf(segments: readonly Segment[], rest: boolean, restForm?: SegmentForm): string {
  const spelled = segments.map(({ kind, text, form }) => {
    return kind === "literal" ? text : (form?.pieces.join("{}") ?? "{}");
  });
  if (rest) spelled.push(restForm?.pieces.join("*") ?? "*");
  return `/${spelled.join("/")}`;
}

/** Whether every path that `pattern` matches begins with the segments of `prefix`. */
export function beginsWith(pattern: PathPattern, prefix: PathPattern): boolean {
  if (prefix.segments.length > pattern.segments.length) return false;
  return prefix.segments.every((wanted, index) => {
    const segment = pattern.segments[index] as Segment;
    if (segment.kind !== wanted.kind || wanted.form !== undefined) return false;
    return wanted.kind === "parameter" || segment.text === wanted.text;
  });
}
