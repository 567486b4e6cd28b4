/**
 * Matches patterns in time linear in the text: all states at once (Thompson's construction), no
 * backtracking. No look-around, no back references, no word boundaries.
 */
import { quantifierAt } from "./pattern-cost.ts";

/** Tests one character; the source of an atom is a regular expression of its own. */
type CharacterTest = (codePoint: number) => boolean;

type Step =
  | { readonly kind: "character"; readonly test: CharacterTest }
  | { readonly kind: "split"; first: number; second: number }
  | { readonly kind: "jump"; to: number }
  | { readonly kind: "begin" }
  | { readonly kind: "end" };

type Node =
  | { readonly kind: "atom"; readonly test: CharacterTest }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  | { readonly kind: "choice"; readonly parts: readonly Node[] }
  | { readonly kind: "begin" }
  | { readonly kind: "end" }
  | { readonly kind: "repeat"; readonly part: Node; readonly least: number; readonly most: number };

const stepsMax = 4_000;
const depthMax = 40;
/** Steps times characters of one match: a fraction of a second. */
const workMax = 10_000_000;

class NotUnderstood extends Error {}

/** How the two dialects spell an atom: its end in the pattern, and a test of one character. */
export interface AtomDialect {
  /** At an atom: where it ends, and its source for `new RegExp`; undefined: not understood. */
  readonly atom: (pattern: string, at: number) => { end: number; source: string } | undefined;
  readonly flags: readonly string[];
  /** Whether `^` and `$` are anchors; otherwise the whole text is matched. */
  readonly anchors: boolean;
}

/** Undefined when the pattern holds something that an automaton cannot do, or is too large. */
export function compileAutomaton(
  pattern: string,
  dialect: AtomDialect,
): ((text: string) => boolean) | undefined {
  try {
    const parser = { pattern, dialect, at: 0 };
    const node = parseChoice(parser, 0);
    if (parser.at < pattern.length) return undefined;
    const steps: Step[] = [];
    emit(node, steps);
    return (text) => run(steps, text, !dialect.anchors);
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

interface Parser {
  readonly pattern: string;
  readonly dialect: AtomDialect;
  at: number;
}

function parseChoice(parser: Parser, depth: number): Node {
  if (depth > depthMax) throw new NotUnderstood();
  const parts = [parseSequence(parser, depth)];
  while (parser.pattern[parser.at] === "|") {
    parser.at += 1;
    parts.push(parseSequence(parser, depth));
  }
  return parts.length === 1 ? (parts[0] as Node) : { kind: "choice", parts };
}

function parseSequence(parser: Parser, depth: number): Node {
  const parts: Node[] = [];
  while (parser.at < parser.pattern.length && !"|)".includes(parser.pattern[parser.at] as string)) {
    parts.push(parseRepeated(parser, depth));
  }
  return { kind: "sequence", parts };
}

function parseRepeated(parser: Parser, depth: number): Node {
  const part = parsePart(parser, depth);
  const quantifier = quantifierAt(parser.pattern, parser.at);
  if (quantifier === undefined) return part;
  const { least, most, length } = quantifier;
  parser.at += length;
  if (parser.pattern[parser.at] === "?" && parser.dialect.anchors) parser.at += 1;
  if (quantifierAt(parser.pattern, parser.at) !== undefined) throw new NotUnderstood();
  if (most < least || part.kind === "begin" || part.kind === "end") throw new NotUnderstood();
  return { kind: "repeat", part, least, most };
}

function parsePart(parser: Parser, depth: number): Node {
  const { pattern, dialect, at } = parser;
  const character = pattern[at] as string;
  if (character === "(") {
    const opened = dialect.anchors ? /^\((?:\?:|\?<\w+>)?/.exec(pattern.slice(at, at + 80)) : null;
    parser.at += opened === null ? 1 : opened[0].length;
    const inner = parseChoice(parser, depth + 1);
    if (pattern[parser.at] !== ")") throw new NotUnderstood();
    parser.at += 1;
    return inner;
  }
  if (dialect.anchors && (character === "^" || character === "$")) {
    parser.at += 1;
    return { kind: character === "^" ? "begin" : "end" };
  }
  if (quantifierAt(pattern, at) !== undefined) throw new NotUnderstood();
  const atom = dialect.atom(pattern, at);
  if (atom === undefined) throw new NotUnderstood();
  parser.at = atom.end;
  return { kind: "atom", test: compileTest(atom.source, dialect.flags) };
}

function compileTest(source: string, flags: readonly string[]): CharacterTest {
  const expression = compileFirst(`^(?:${source})$`, flags);
  const ascii = Array.from({ length: 128 }, (_, code) =>
    expression.test(String.fromCharCode(code)),
  );
  return (codePoint) =>
    codePoint < 128
      ? (ascii[codePoint] as boolean)
      : expression.test(String.fromCodePoint(codePoint));
}

function compileFirst(source: string, flags: readonly string[]): RegExp {
  for (const some of flags) {
    try {
      return new RegExp(source, some);
    } catch {
      // The next flags, or not understood.
    }
  }
  throw new NotUnderstood();
}

function emit(node: Node, steps: Step[]): void {
  if (steps.length > stepsMax) throw new NotUnderstood();
  switch (node.kind) {
    case "atom":
      steps.push({ kind: "character", test: node.test });
      break;
    case "begin":
    case "end":
      steps.push({ kind: node.kind });
      break;
    case "sequence":
      for (const part of node.parts) emit(part, steps);
      break;
    case "choice":
      emitChoice(node.parts, steps);
      break;
    case "repeat":
      emitRepeat(node.part, node.least, node.most, steps);
      break;
  }
}

function emitChoice(parts: readonly Node[], steps: Step[]): void {
  const jumps: { kind: "jump"; to: number }[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) emit(part, steps);
    else {
      const split = { kind: "split" as const, first: steps.length + 1, second: 0 };
      steps.push(split);
      emit(part, steps);
      const jump = { kind: "jump" as const, to: 0 };
      steps.push(jump);
      jumps.push(jump);
      split.second = steps.length;
    }
  }
  for (const jump of jumps) jump.to = steps.length;
}

function emitRepeat(part: Node, least: number, most: number, steps: Step[]): void {
  if (least > stepsMax || (most !== Infinity && most > stepsMax)) throw new NotUnderstood();
  for (let count = 0; count < least; count += 1) emit(part, steps);
  if (most === Infinity) {
    const split: Step = { kind: "split", first: steps.length + 1, second: 0 };
    const start = steps.length;
    steps.push(split);
    emit(part, steps);
    steps.push({ kind: "jump", to: start });
    split.second = steps.length;
    return;
  }
  const splits: { kind: "split"; first: number; second: number }[] = [];
  for (let count = least; count < most; count += 1) {
    const split = { kind: "split" as const, first: steps.length + 1, second: 0 };
    steps.push(split);
    splits.push(split);
    emit(part, steps);
  }
  for (const split of splits) split.second = steps.length;
}

function run(steps: readonly Step[], text: string, whole: boolean): boolean {
  if (steps.length * text.length > workMax) return false;
  const accept = steps.length;
  const seenAt = new Int32Array(accept + 1).fill(-1);
  const pending: number[] = [];
  let current: number[] = [];
  let next: number[] = [];
  /** Adds a step and all that it leads to without a character. Says whether that is the end. */
  const add = (target: number[], start: number, position: number): boolean => {
    let accepted = false;
    pending.push(start);
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (seenAt[index] === position) continue;
      seenAt[index] = position;
      const step = steps[index];
      if (step === undefined) accepted = true;
      else if (step.kind === "character") target.push(index);
      else if (step.kind === "jump") pending.push(step.to);
      else if (step.kind === "split") pending.push(step.second, step.first);
      else if (step.kind === "begin" ? position === 0 : position === text.length) {
        pending.push(index + 1);
      }
    }
    return accepted;
  };
  let accepted = add(current, 0, 0);
  for (let position = 0; position < text.length;) {
    if (accepted && !whole) return true;
    const codePoint = text.codePointAt(position) as number;
    position += codePoint > 0xffff ? 2 : 1;
    accepted = false;
    for (const index of current) {
      const step = steps[index] as Step;
      if (step.kind === "character" && step.test(codePoint)) {
        accepted = add(next, index + 1, position) || accepted;
      }
    }
    if (!whole) accepted = add(next, 0, position) || accepted;
    [current, next] = [next, current];
    next.length = 0;
    if (current.length === 0 && whole && !accepted) return false;
  }
  return accepted;
}
