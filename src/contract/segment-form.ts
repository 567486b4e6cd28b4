/**
 * Segments of paths with literal text beside their parameters: `{id}.json`, `{a}-{b}`, and
 * `{id}:archive` of google.api.http. A parameter stands for one character at least.
 */
import { spellLiteral } from "./path-spelling.ts";

export interface SegmentForm {
  /** Round the parameters, in normal spelling: one more than these; any of them may be empty. */
  readonly pieces: readonly string[];
}

const parameter = /\{[^{}]*\}/;

export function parseForm(segment: string): SegmentForm {
  return { pieces: segment.split(parameter).map(spellLiteral) };
}

/** What stands for the parameters, as short as may be. Undefined: the text is not of this form. */
export function captureIn({ pieces }: SegmentForm, text: string): readonly string[] | undefined {
  const [first = "", ...others] = pieces;
  const last = others.pop() ?? "";
  if (!text.startsWith(first)) return undefined;
  const captured: string[] = [];
  let at = first.length;
  for (const piece of others) {
    const found = text.indexOf(piece, at + 1);
    if (found < 0) return undefined;
    captured.push(text.slice(at, found));
    at = found + piece.length;
  }
  const end = text.length - last.length;
  if (end <= at || !text.endsWith(last)) return undefined;
  return [...captured, text.slice(at, end)];
}

/** Of two that a text is of, the one with more literal text is the more exact one. */
export function compareForms(one: SegmentForm, other: SegmentForm): number {
  const [first, second] = [one.pieces.join("{}"), other.pieces.join("{}")];
  const byLength = literalLength(other) - literalLength(one);
  if (byLength !== 0) return byLength;
  return first === second ? 0 : first < second ? -1 : 1;
}

function literalLength({ pieces }: SegmentForm): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
