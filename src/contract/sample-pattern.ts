/** A text that matches a pattern, for generated values. Not every pattern yields one. */
import { compilePattern } from "./lexical-pattern.ts";
import { endOfClass, quantifierAt } from "./pattern-cost.ts";

/** What classes are tried with, the usual ones first. */
const letters = Array.from("aA0-_. 19zZbB@/:+#xXeEfF5,;!$%&*()[]{}<>=?^~|'\"\\éß日\t\n");
const lengthMax = 1_000;
const depthMax = 20;

interface Cursor {
  readonly pattern: string;
  readonly dialect: "xsd" | "ecma";
  at: number;
}

/**
 * The text may still miss what the pattern says beyond a regular expression's core: check it.
 * @param lengthMin repetitions without an end go on until about there.
 */
export function samplePattern(
  pattern: string,
  dialect: "xsd" | "ecma",
  lengthMin: number,
): string | undefined {
  const cursor: Cursor = { pattern, dialect, at: 0 };
  const text = sampleBranches(cursor, Math.min(lengthMin, lengthMax), 0);
  return cursor.at === pattern.length && text !== undefined && text.length <= lengthMax
    ? text
    : undefined;
}

/** The first branch that yields a text. */
function sampleBranches(cursor: Cursor, lengthMin: number, depth: number): string | undefined {
  let found: string | undefined;
  for (;;) {
    const text = sampleSequence(cursor, lengthMin, depth);
    found ??= text;
    if (cursor.pattern[cursor.at] !== "|") return found;
    cursor.at += 1;
  }
}

function sampleSequence(cursor: Cursor, lengthMin: number, depth: number): string | undefined {
  let text: string | undefined = "";
  while (cursor.at < cursor.pattern.length && !"|)".includes(cursor.pattern[cursor.at] as string)) {
    const atom = sampleAtom(cursor, depth);
    const quantifier = quantifierAt(cursor.pattern, cursor.at);
    let times = 1;
    if (quantifier !== undefined) {
      cursor.at += quantifier.length;
      if (cursor.dialect === "ecma" && cursor.pattern[cursor.at] === "?") cursor.at += 1;
      const { least, most } = quantifier;
      const wanted = least === 0 ? Number(depth === 0 || lengthMin > 0) : least;
      times = Math.min(Math.max(wanted, most === Infinity ? lengthMin : least), most, lengthMax);
    }
    if (times === 0) continue;
    text = text === undefined || atom === undefined ? undefined : text + atom.repeat(times);
    if (text !== undefined && text.length > lengthMax) text = undefined;
  }
  return text;
}

function sampleAtom(cursor: Cursor, depth: number): string | undefined {
  const { pattern, dialect, at } = cursor;
  const character = String.fromCodePoint(pattern.codePointAt(at) as number);
  if (character === "(") return sampleGroup(cursor, depth);
  if (dialect === "ecma" && (character === "^" || character === "$")) {
    cursor.at += 1;
    return "";
  }
  const end = endOfAtom(pattern, at, dialect === "xsd", character);
  cursor.at = end;
  const source = pattern.slice(at, end);
  if (source === "\\") return undefined;
  if (end - at === character.length && character !== ".") return character;
  const anchored = dialect === "ecma" ? `^(?:${source})$` : source;
  const matches = compilePattern(anchored, dialect);
  return matches && letters.find((letter) => matches(letter));
}

function endOfAtom(pattern: string, at: number, isXsd: boolean, character: string): number {
  if (character === "[") return endOfClass(pattern, at, isXsd) + 1;
  if (character !== "\\") return at + character.length;
  const escape = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/sy;
  escape.lastIndex = at;
  return at + (escape.exec(pattern)?.[0].length ?? 1);
}

function sampleGroup(cursor: Cursor, depth: number): string | undefined {
  cursor.at += 1;
  const opening = /\?(?::|<[A-Za-z_$][\w$]*>)/y;
  opening.lastIndex = cursor.at;
  const match = cursor.dialect === "ecma" ? opening.exec(cursor.pattern) : null;
  cursor.at += match?.[0].length ?? 0;
  // Looking ahead and back say nothing of their own text.
  const looks = match === null && cursor.pattern[cursor.at] === "?";
  const text = depth >= depthMax ? undefined : sampleBranches(cursor, 0, depth + 1);
  if (cursor.pattern[cursor.at] === ")") cursor.at += 1;
  else cursor.at = cursor.pattern.length + 1;
  return looks || depth >= depthMax ? undefined : text;
}
