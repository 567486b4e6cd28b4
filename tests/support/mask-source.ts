/**
 * Blanks out parts of TypeScript text, length and lines kept, so that a search for an identifier
 * does not find it in a comment or a string. A scanner, not a parser: what it must know of the
 * grammar is where strings, templates, comments and regular expressions begin and end.
 */
export interface MaskedSource {
  /** Without comments. */
  readonly uncommented: string;
  /** Without comments and without the contents of strings, templates and regular expressions. */
  readonly code: string;
}

const closers: Readonly<Record<string, string>> = { "'": "'", '"': '"', "`": "`" };
/** Behind these a slash begins a regular expression, behind anything else it divides. */
const beforeRegex = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void))\s*$/;

export function maskSource(text: string): MaskedSource {
  const uncommented = text.split("");
  const code = [...uncommented];
  const blank = (chars: string[], from: number, to: number): void => {
    for (let at = from; at < to; at++) if (chars[at] !== "\n") chars[at] = " ";
  };
  /** Depth of braces inside each open `${`. */
  const templates: number[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] as string;
    const next = text[at + 1];
    if (char === "/" && (next === "/" || next === "*")) {
      const end = commentEnd(text, at);
      blank(uncommented, at, end);
      blank(code, at, end);
      at = end;
    } else if (char === "/" && beforeRegex.test(code.slice(Math.max(0, at - 40), at).join(""))) {
      const end = regexEnd(text, at);
      blank(code, at + 1, end - 1);
      at = end;
    } else if (char === "}" && templates.at(-1) === 0) {
      templates.pop();
      at = skipQuoted(text, at + 1, "`", templates, (from, to) => blank(code, from, to));
    } else if (closers[char] !== undefined) {
      at = skipQuoted(text, at + 1, char, templates, (from, to) => blank(code, from, to));
    } else {
      const top = templates.length - 1;
      if (top >= 0 && char === "{") templates[top] = (templates[top] as number) + 1;
      if (top >= 0 && char === "}") templates[top] = (templates[top] as number) - 1;
      at += 1;
    }
  }
  return { uncommented: uncommented.join(""), code: code.join("") };
}

function commentEnd(text: string, at: number): number {
  const isLine = text[at + 1] === "/";
  const end = text.indexOf(isLine ? "\n" : "*/", at + 2);
  if (end < 0) return text.length;
  return isLine ? end : end + 2;
}

function regexEnd(text: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "[") inClass = true;
    else if (text[at] === "]") inClass = false;
    else if (text[at] === "/" && !inClass) return at + 1;
  }
  return start + 1;
}

/** From behind an opening quote to behind its end, or behind the `${` that interrupts it. */
function skipQuoted(
  text: string,
  start: number,
  quote: string,
  templates: number[],
  onContent: (from: number, to: number) => void,
): number {
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at += 1;
    else if (char === quote) {
      onContent(start, at);
      return at + 1;
    } else if (quote === "`" && char === "$" && text[at + 1] === "{") {
      onContent(start, at);
      templates.push(0);
      return at + 2;
    }
  }
  return text.length;
}
