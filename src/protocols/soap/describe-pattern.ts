/**
 * Patterns of ECMAScript as those of XML Schema (XSD Part 2 appendix F), which match whole values:
 * only what both mean alike.
 */

/** Undefined: it uses something that XML Schema does not have. */
export function patternOf(ecma: string): string | undefined {
  const starts = ecma.startsWith("^");
  const ends = /(?<!\\)(?:\\\\)*\$$/.test(ecma);
  const inner = ecma.slice(starts ? 1 : 0, ends ? -1 : undefined);
  // With alternatives at the top the anchors belong to the first and the last one only.
  if (hasTopLevelBar(inner) && (starts || ends)) return undefined;
  const unescaped = inner.replace(/\\./gs, "").replace(/\[[^\]]*\]/g, "");
  if (/\(\?(?!:)/.test(inner) || /[\^$]/.test(unescaped) || /[*+?}]\?/.test(unescaped)) {
    return undefined;
  }
  if (/\\(?![dDwWsStnr.\\()[\]{}*+?|^$/-])/.test(inner) || /-\[|&&/.test(inner)) return undefined;
  // \w, \s and \d of XML Schema are larger sets than those of ECMAScript.
  const body = inner
    .replace(/\(\?:/g, "(")
    .replace(/\\d/g, "[0-9]")
    .replace(/\\w/g, "[A-Za-z0-9_]")
    .replace(/\\\//g, "/")
    .replace(/\\\$/g, "$");
  if (/\[[^\]]*\[/.test(body.replace(/\\./gs, "")) || /\\[DWsS]/.test(body)) return undefined;
  const whole = hasTopLevelBar(inner) ? `(${body})` : body;
  return `${starts ? "" : "[\\s\\S]*"}${whole}${ends ? "" : "[\\s\\S]*"}`;
}

function hasTopLevelBar(pattern: string): boolean {
  let depth = 0;
  let inClass = false;
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index];
    if (character === "\\") index += 1;
    else if (inClass) inClass = character !== "]";
    else if (character === "[") inClass = true;
    else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (character === "|" && depth === 0) return true;
  }
  return false;
}
