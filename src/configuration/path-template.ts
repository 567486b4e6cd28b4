/** Syntax of route paths: `/orders/{id}`, `/orders/*`. What requests cannot hold is refused. */

const parameter = /^\{([A-Za-z_][A-Za-z0-9_.-]*)\}$/;
/** pchar of RFC 3986 §3.3 without `;`, which back ends read in different ways. */
const literal = /^(?:[A-Za-z0-9\-._~!$&'()+,=:@]|%[0-9A-Fa-f]{2})*$/;
/** Encoded dots, backslashes and control characters are refused in requests. */
const refusedEncoding = /%(?:2e|5c|7f|[01][0-9a-f])/i;

/** Says what is wrong and what was expected, or nothing. */
export function checkPathTemplate(path: string): string | undefined {
  if (!path.startsWith("/")) return "a path must begin with `/`";
  if (path.includes("?")) return "a query cannot be part of a path; expected only the path";
  if (path.includes("#")) return "a fragment cannot be part of a path; expected only the path";
  if (path.includes("//")) return "`//` is refused in requests, so this could never match";
  const segments = path.slice(1).split("/");
  const names = new Set<string>();
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    const error = checkSegment(segment, isLast, names);
    if (error !== undefined) return error;
  }
  return undefined;
}

function checkSegment(segment: string, isLast: boolean, names: Set<string>): string | undefined {
  const shown = `\`${segment.slice(0, 100)}\``;
  if (segment === "*") return isLast ? undefined : "`*` can only be the last segment, as in /a/*";
  if (segment.includes("*")) return `${shown}: \`*\` must be a whole segment, the last one`;
  if (segment === "." || segment === "..") {
    return `\`${segment}\` segments are refused in requests, so this could never match`;
  }
  const name = parameter.exec(segment)?.[1];
  if (name !== undefined) {
    if (names.has(name)) return `the parameter \`{${name}}\` stands here twice`;
    names.add(name);
    return undefined;
  }
  if (/[{}]/.test(segment)) return `${shown}: a parameter must be a whole segment, as in /a/{id}`;
  if (refusedEncoding.test(segment)) {
    return `${shown}: encoded dots, backslashes and control characters are refused in requests`;
  }
  if (literal.test(segment)) return undefined;
  if (/%(?![0-9A-Fa-f]{2})/.test(segment)) return `${shown}: \`%\` needs two hexadecimal digits`;
  return `${shown} holds a character that a path cannot hold; expected it percent-encoded`;
}
