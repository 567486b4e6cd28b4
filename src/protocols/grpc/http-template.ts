/** Path templates of google.api.http, by the grammar in google/api/http.proto. */
export interface HttpTemplate {
  /** As a REST binding has it: `{x=*}` is `{x}`. */
  readonly path: string;
  readonly variables: readonly HttpVariable[];
}

export interface HttpVariable {
  /** `book.name`. */
  readonly name: string;
  /** Absent: one segment. */
  readonly pattern: readonly string[] | undefined;
}

/** Why a rule is no address. */
export interface HttpRefusal {
  readonly reason: string;
  /** By google.api.http it is none; otherwise it is one that has no place here. */
  readonly isWrong: boolean;
}

export function wrong(reason: string): HttpRefusal {
  return { reason, isWrong: true };
}

export function parseHttpTemplate(text: string): HttpTemplate | HttpRefusal {
  if (!text.startsWith("/")) return wrong("its path is none; expected one that begins with `/`");
  const segments = splitSegments(text);
  if (!Array.isArray(segments)) return segments as HttpRefusal;
  const variables: HttpVariable[] = [];
  const spelled: string[] = [];
  for (const [index, segment] of (segments as readonly string[]).entries()) {
    const isLast = index === segments.length - 1;
    const read = readSegment(segment, isLast);
    if ("reason" in read) return read;
    const { variable } = read;
    if (variable !== undefined && variables.some(({ name }) => name === variable.name)) {
      return wrong(`{${variable.name}} stands in its path twice`);
    }
    if (variable !== undefined) variables.push(variable);
    spelled.push(read.text);
  }
  return { path: `/${spelled.join("/")}`, variables };
}

/** At slashes outside of braces. */
function splitSegments(text: string): readonly string[] | HttpRefusal {
  const segments: string[] = [];
  let begun = 1;
  let opened = -1;
  for (let at = 1; at < text.length; at++) {
    const character = text[at];
    if (character === "{") {
      if (opened >= 0) return wrong(`the \`{\` at character ${at + 1} stands within another`);
      opened = at;
    } else if (character === "}") {
      if (opened < 0) return wrong(`the \`}\` at character ${at + 1} closes nothing`);
      opened = -1;
    } else if (character === "/" && opened < 0) {
      segments.push(text.slice(begun, at));
      begun = at + 1;
    }
  }
  if (opened >= 0) return wrong(`the \`{\` at character ${opened + 1} is not closed`);
  return [...segments, text.slice(begun)];
}

interface ReadSegment {
  readonly text: string;
  readonly variable?: HttpVariable;
}

function readSegment(segment: string, isLast: boolean): ReadSegment | HttpRefusal {
  if (segment === "*" || segment === "**") {
    const reason = `\`${segment}\` outside of a variable has no field for what stands there`;
    return { reason, isWrong: false };
  }
  if (!/[{}]/.test(segment)) {
    // The last one may be empty: a path may end in a slash.
    if (segment === "" && isLast) return { text: "" };
    return checkLiteral(segment) ?? { text: segment };
  }
  const [, inner, verb] = /^\{([^{}]*)\}(?::([^{}]*))?$/.exec(segment) ?? [];
  if (inner === undefined) {
    return wrong(`\`${segment}\`: a variable must be a whole segment, as in /a/{id} or /a/{id}:b`);
  }
  if (verb !== undefined) {
    if (!isLast) return wrong(`\`:${verb}\`: a verb can only stand at the end`);
    const refusal = checkLiteral(verb);
    if (refusal !== undefined) return refusal;
  }
  const variable = readVariable(inner, isLast);
  if ("reason" in variable) return variable;
  const { name, pattern } = variable;
  const spelled = pattern === undefined ? `{${name}}` : `{${name}=${pattern.join("/")}}`;
  return { text: verb === undefined ? spelled : `${spelled}:${verb}`, variable };
}

const fieldPath = /^([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?:=(.*))?$/s;

function readVariable(inner: string, isLast: boolean): HttpVariable | HttpRefusal {
  const [, name, spelled] = fieldPath.exec(inner) ?? [];
  if (name === undefined) return wrong(`\`{${inner}}\` names no field`);
  if (spelled === undefined || spelled === "*") return { name, pattern: undefined };
  const pattern = spelled.split("/");
  for (const [index, segment] of pattern.entries()) {
    if (segment === "*") continue;
    if (segment === "**") {
      if (isLast && index === pattern.length - 1) continue;
      return wrong(`\`**\` in {${inner}} is not last; expected it as the last segment`);
    }
    const refusal = checkLiteral(segment);
    if (refusal !== undefined) return refusal;
  }
  return { name, pattern };
}

const literal = /^(?:[\w.~:@!$&'()+,;=-]|%[0-9A-Fa-f]{2})+$/;
/** The same that are refused in requests. */
const refusedEncoding = /%(?:2e|2f|5c|7f|[01][0-9a-f])/i;

function checkLiteral(text: string): HttpRefusal | undefined {
  if (text === "") return wrong("its path has an empty segment, variable pattern or verb");
  if (text === "." || text === "..") return wrong(`\`${text}\` is no segment of a path`);
  if (literal.test(text) && !refusedEncoding.test(text)) return undefined;
  const hint = text.includes("*") ? "; `*` must be a whole segment" : "";
  return wrong(`\`${text.slice(0, 100)}\` cannot be a segment of a path${hint}`);
}
