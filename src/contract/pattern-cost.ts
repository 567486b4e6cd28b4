/**
 * Whether a backtracking matcher could take more than a low power of the text's length. Decided
 * from the shape of a pattern alone, so some harmless ones are called costly as well.
 */

interface Group {
  /** Holds something that may repeat or choose: repeating the group multiplies the ways. */
  varies: boolean;
  readonly start: number;
}

/** Repetitions without a bound that stand beside each other multiply the work by the length. */
const repetitionsMax = 6;

export function isCostly(pattern: string, dialect: "xsd" | "ecma"): boolean {
  const open: Group[] = [{ varies: false, start: 0 }];
  let repetitions = 0;
  let lastGroup: Group | undefined;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] as string;
    const group = open.at(-1) as Group;
    const quantifier = lengthOfQuantifier(pattern, at);
    if (quantifier.length > 0) {
      if (quantifier.repeats) {
        if (lastGroup?.varies === true) return true;
        repetitions += quantifier.unbounded ? 1 : 0;
        if (repetitions > repetitionsMax) return true;
      }
      group.varies = true;
      at += quantifier.length - 1;
      lastGroup = undefined;
      continue;
    }
    lastGroup = undefined;
    if (character === "\\") {
      if (dialect === "ecma" && /[1-9k]/.test(pattern[at + 1] ?? "")) return true;
      at += 1;
    } else if (character === "[") at = endOfClass(pattern, at);
    else if (character === "(") {
      if (open.length > 50) return true;
      open.push({ varies: false, start: at });
    } else if (character === ")") {
      const closed = open.pop() as Group;
      const outer = open.at(-1);
      if (outer === undefined) return true;
      outer.varies ||= closed.varies;
      lastGroup = closed;
    } else if (character === "|") group.varies = true;
  }
  return false;
}

/** A fixed count such as {3} does not vary, but repeats. */
function lengthOfQuantifier(
  pattern: string,
  at: number,
): { length: number; repeats: boolean; unbounded: boolean } {
  const character = pattern[at];
  if (character === "*" || character === "+") return { length: 1, repeats: true, unbounded: true };
  if (character === "?") return { length: 1, repeats: false, unbounded: false };
  const match = character === "{" ? /^\{\d+(,?)(\d*)\}/.exec(pattern.slice(at, at + 14)) : null;
  if (match === null) return { length: 0, repeats: false, unbounded: false };
  const unbounded = match[1] === "," && (match[2] === "" || Number(match[2]) > 100);
  return { length: match[0].length, repeats: true, unbounded };
}

/** Offset of the bracket that closes the class, subtracted classes included. */
function endOfClass(pattern: string, start: number): number {
  let depth = 0;
  for (let at = start; at < pattern.length; at += 1) {
    const character = pattern[at];
    if (character === "\\") at += 1;
    else if (character === "[") depth += 1;
    else if (character === "]" && at > start + 1) {
      depth -= 1;
      if (depth <= 0) return at;
    }
  }
  return pattern.length;
}
