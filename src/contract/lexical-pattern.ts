/**
 * Patterns of contracts as tests that end in time: JavaScript's expressions where the shape of a
 * pattern bounds their work, an automaton otherwise. XSD's expressions (XSD Part 2 appendix F) are
 * translated.
 */
import { type AtomDialect, compileAutomaton } from "./pattern-automaton.ts";
import { costOf, endOfClass } from "./pattern-cost.ts";

/** Units of a pattern that is compiled, and of a text that is matched against one. */
const patternLengthMax = 2_000;
const textLengthMax = 100_000;
/** Where neither way bounds the work, only short texts are matched. */
const shortTextMax = 200;

const waysMax = 1_000;
const repeatMax = 10_000;

/** Whether the text matches; a text that is too long to be matched does not. */
export type PatternTest = (text: string) => boolean;

/** Undefined when the pattern is not understood, or could take forever: it cannot be checked. */
export function compilePattern(
  pattern: string,
  dialect: "xsd" | "ecma" = "ecma",
): PatternTest | undefined {
  if (pattern.length > patternLengthMax) return undefined;
  const expression = dialect === "xsd" ? compileXsd(pattern) : compileEcma(pattern);
  if (expression === undefined) return undefined;
  const { repetitions, ways, nested } = costOf(pattern, dialect);
  const anchored = dialect === "xsd" || /^\^(?!.*\|)/.test(pattern);
  if (!nested && ways <= waysMax && repetitions <= (anchored ? 1 : 0)) {
    return bounded(expression, textLengthMax);
  }
  const automaton = compileAutomaton(pattern, dialect === "xsd" ? xsdAtoms : ecmaAtoms);
  if (automaton !== undefined) return automaton;
  const back = /\\[1-9k]/.test(pattern);
  if (nested || back || ways > waysMax || repetitions > 2) return undefined;
  return bounded(expression, shortTextMax);
}

function bounded(expression: RegExp, lengthMax: number): PatternTest {
  return (text) => text.length <= lengthMax && expression.test(text);
}

function compileXsd(pattern: string): RegExp | undefined {
  const source = translateXsdPattern(pattern);
  if (source === undefined) return undefined;
  try {
    return new RegExp(`^(?:${source})$`, "v");
  } catch {
    return undefined;
  }
}

/** JSON Schema asks for the u flag; patterns in the wild are often only valid without. */
function compileEcma(pattern: string): RegExp | undefined {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(pattern, flags);
    } catch {
      // The next flags, or undefined.
    }
  }
  return undefined;
}

const xsdAtoms: AtomDialect = {
  anchors: false,
  flags: ["v"],
  atom: (pattern, at) => {
    const cursor = { pattern, at };
    const source = readAtom(cursor, next(cursor));
    return source === undefined ? undefined : { end: cursor.at, source };
  },
};

const ecmaEscape =
  /\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[^}]*\}|c[a-zA-Z]|.)/sy;

const ecmaAtoms: AtomDialect = {
  anchors: true,
  flags: ["u", ""],
  atom: (pattern, at) => {
    const character = String.fromCodePoint(pattern.codePointAt(at) as number);
    if (character === "[") {
      const end = endOfClass(pattern, at, false) + 1;
      return { end, source: pattern.slice(at, end) };
    }
    if (character !== "\\") {
      const end = at + character.length;
      return { end, source: character === "." ? character : literal(character) };
    }
    ecmaEscape.lastIndex = at;
    const found = ecmaEscape.exec(pattern)?.[0];
    // Word boundaries, back references and halves of pairs are no characters.
    if (found === undefined || /^\\(?:[bBk1-9]|u[dD][89a-fA-F])/.test(found)) return undefined;
    return { end: at + found.length, source: found };
  },
};

const nameStart =
  ":A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d" +
  "\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff" +
  "\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}";
const nameRest = "\\-.0-9\\u00b7\\u0300-\\u036f\\u203f\\u2040";

const classEscapes: Readonly<Record<string, string>> = {
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  w: "[^\\p{P}\\p{Z}\\p{C}]",
  W: "[\\p{P}\\p{Z}\\p{C}]",
  s: "[ \\t\\n\\r]",
  S: "[^ \\t\\n\\r]",
  i: `[${nameStart}]`,
  I: `[^${nameStart}]`,
  c: `[${nameStart}${nameRest}]`,
  C: `[^${nameStart}${nameRest}]`,
};

const blocks: Readonly<Record<string, string>> = {
  BasicLatin: "\\u0000-\\u007f",
  "Latin-1Supplement": "\\u0080-\\u00ff",
  "LatinExtended-A": "\\u0100-\\u017f",
  "LatinExtended-B": "\\u0180-\\u024f",
  IPAExtensions: "\\u0250-\\u02af",
  Greek: "\\u0370-\\u03ff",
  Cyrillic: "\\u0400-\\u04ff",
  Armenian: "\\u0530-\\u058f",
  Hebrew: "\\u0590-\\u05ff",
  Arabic: "\\u0600-\\u06ff",
  Devanagari: "\\u0900-\\u097f",
  Thai: "\\u0e00-\\u0e7f",
  LatinExtendedAdditional: "\\u1e00-\\u1eff",
  GreekExtended: "\\u1f00-\\u1fff",
  GeneralPunctuation: "\\u2000-\\u206f",
  CurrencySymbols: "\\u20a0-\\u20cf",
  Hiragana: "\\u3040-\\u309f",
  Katakana: "\\u30a0-\\u30ff",
  CJKUnifiedIdeographs: "\\u4e00-\\u9fff",
  HangulSyllables: "\\uac00-\\ud7a3",
};

interface Cursor {
  readonly pattern: string;
  at: number;
}

/** JavaScript source for the flag v, without anchors; undefined when it is not understood. */
function translateXsdPattern(pattern: string): string | undefined {
  const cursor: Cursor = { pattern, at: 0 };
  let source = "";
  let depth = 0;
  let quantified = false;
  while (cursor.at < pattern.length) {
    const character = next(cursor);
    const quantifies = "?*+{".includes(character);
    if (quantifies && quantified) return undefined;
    quantified = quantifies;
    if (character === "(") {
      depth += 1;
      source += "(?:";
    } else if (character === ")") {
      depth -= 1;
      if (depth < 0) return undefined;
      source += ")";
    } else if (character === "{") {
      const counts = readCounts(cursor);
      if (counts === undefined) return undefined;
      source += counts;
    } else if ("|?*+".includes(character)) source += character;
    else {
      const atom = readAtom(cursor, character);
      if (atom === undefined) return undefined;
      source += atom;
    }
  }
  return depth === 0 ? source : undefined;
}

/** What stands for one character; its first one was just read. */
function readAtom(cursor: Cursor, character: string): string | undefined {
  if (character === "\\") return readEscape(cursor);
  if (character === "[") return readClass(cursor);
  return character === "." ? "[^\\n\\r]" : literal(character);
}

function next(cursor: Cursor): string {
  const codePoint = cursor.pattern.codePointAt(cursor.at) as number;
  const character = String.fromCodePoint(codePoint);
  cursor.at += character.length;
  return character;
}

function literal(character: string): string {
  if (/^[A-Za-z0-9 ]$/.test(character)) return character;
  return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}

function readCounts(cursor: Cursor): string | undefined {
  const match = /^(\d{1,5})(?:(,)(\d{0,5}))?\}/.exec(
    cursor.pattern.slice(cursor.at, cursor.at + 13),
  );
  if (match === null || Number(match[1]) > repeatMax || Number(match[3] ?? 0) > repeatMax) {
    return undefined;
  }
  cursor.at += match[0].length;
  return `{${match[0]}`;
}

/** Behind a backslash. */
function readEscape(cursor: Cursor): string | undefined {
  if (cursor.at >= cursor.pattern.length) return undefined;
  const character = next(cursor);
  if (character === "p" || character === "P") return readCategory(cursor, character);
  if (character === "n" || character === "r" || character === "t") return `\\${character}`;
  const found = classEscapes[character];
  if (found !== undefined) return found;
  return /[A-Za-z0-9]/.test(character) ? undefined : literal(character);
}

function readCategory(cursor: Cursor, letter: "p" | "P"): string | undefined {
  const match = /^\{([\w-]{1,60})\}/.exec(cursor.pattern.slice(cursor.at, cursor.at + 62));
  if (match === null) return undefined;
  cursor.at += match[0].length;
  const name = match[1] as string;
  if (!name.startsWith("Is")) return `\\${letter}{${name}}`;
  const block = blocks[name.slice(2)];
  return block === undefined ? undefined : `[${letter === "P" ? "^" : ""}${block}]`;
}

/** Behind an opening bracket. Subtraction becomes a difference of classes. */
function readClass(cursor: Cursor): string | undefined {
  const { pattern } = cursor;
  const negated = pattern[cursor.at] === "^";
  if (negated) cursor.at += 1;
  let inside = "";
  for (;;) {
    if (cursor.at >= pattern.length) return undefined;
    if (pattern[cursor.at] === "]") {
      cursor.at += 1;
      return inside === "" ? undefined : `[${negated ? "^" : ""}${inside}]`;
    }
    if (pattern.startsWith("-[", cursor.at) && inside !== "") {
      cursor.at += 2;
      const without = readClass(cursor);
      if (without === undefined || pattern[cursor.at] !== "]") return undefined;
      cursor.at += 1;
      return `[[${negated ? "^" : ""}${inside}]--${without}]`;
    }
    const first = readClassItem(cursor);
    if (first === undefined) return undefined;
    const ranges = pattern[cursor.at] === "-" && !"][".includes(pattern[cursor.at + 1] ?? "]");
    if (!ranges || first.startsWith("[") || /^\\[pP]/.test(first)) {
      inside += first;
      continue;
    }
    cursor.at += 1;
    const last = readClassItem(cursor);
    if (last === undefined || last.startsWith("[")) return undefined;
    inside += `${first}-${last}`;
  }
}

function readClassItem(cursor: Cursor): string | undefined {
  const character = next(cursor);
  if (character === "\\") return readEscape(cursor);
  return character === "[" ? undefined : literal(character);
}
