/**
 * How much work a backtracking matcher could have with a pattern, judged from its shape alone: an
 * upper bound, so that some harmless patterns count as costly, and none that is costly as harmless.
 */

export interface PatternCost {
  /** Quantifiers without a bound, or with a high one. */
  readonly repetitions: number;
  /** Ways in which all other quantifiers and choices can be combined. */
  readonly ways: number;
  /** A group that varies inside is repeated: the ways are exponential in the text's length. */
  readonly nested: boolean;
}

/** Repetitions up to so many times count as choices. */
const boundedMax = 100;

interface Group {
  /** Holds something that may repeat or choose. */
  varies: boolean;
}

export function costOf(pattern: string, dialect: "xsd" | "ecma"): PatternCost {
  const open: Group[] = [{ varies: false }];
  let repetitions = 0;
  let ways = 1;
  let nested = false;
  let closed: Group | undefined;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] as string;
    const group = open.at(-1) as Group;
    const quantifier = quantifierAt(pattern, at);
    if (quantifier !== undefined) {
      if (quantifier.most > 1 && closed?.varies === true) nested = true;
      if (quantifier.most > boundedMax) repetitions += 1;
      else ways *= quantifier.most - quantifier.least + 1;
      group.varies = true;
      closed = undefined;
      at += quantifier.length - 1;
      continue;
    }
    closed = undefined;
    if (character === "\\") at += 1;
    else if (character === "[") at = endOfClass(pattern, at, dialect === "xsd");
    else if (character === "(") open.push({ varies: false });
    else if (character === ")" && open.length > 1) {
      closed = open.pop() as Group;
      (open.at(-1) as Group).varies ||= closed.varies;
    } else if (character === "|") {
      group.varies = true;
      ways *= 2;
    }
  }
  return { repetitions, ways, nested };
}

interface Quantifier {
  readonly length: number;
  readonly least: number;
  readonly most: number;
}

const counts = /\{(\d{1,9})(?:(,)(\d{0,9}))?\}/y;

export function quantifierAt(pattern: string, at: number): Quantifier | undefined {
  switch (pattern[at]) {
    case "*":
      return { length: 1, least: 0, most: Infinity };
    case "+":
      return { length: 1, least: 1, most: Infinity };
    case "?":
      return { length: 1, least: 0, most: 1 };
    case "{": {
      counts.lastIndex = at;
      const match = counts.exec(pattern);
      if (match === null) return undefined;
      const least = Number(match[1]);
      const most = match[2] === undefined ? least : match[3] === "" ? Infinity : Number(match[3]);
      return { length: match[0].length, least, most };
    }
    default:
      return undefined;
  }
}

/** Offset of the bracket that closes the class; in XSD's, classes inside are subtracted. */
export function endOfClass(pattern: string, start: number, nests: boolean): number {
  let depth = 0;
  for (let at = start; at < pattern.length; at += 1) {
    const character = pattern[at];
    if (character === "\\") at += 1;
    else if (character === "[" && (at === start || (nests && pattern[at - 1] === "-"))) depth += 1;
    else if (character === "]") {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return pattern.length;
}
