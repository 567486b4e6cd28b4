/** Templates of paths, compiled: which paths they have, and which of two is the more exact one. */
import { cutPath } from "#contract/path-segments.ts";
import { percentDecode } from "./percent.ts";

interface Segment {
  /** Undefined: holds parameters. */
  readonly literal: string | undefined;
  readonly count: number;
  readonly pattern: RegExp;
  readonly isAlone: boolean;
  /** 0 literal, below 2 with literal parts, 2 a parameter alone; beyond 3 all that remains. */
  readonly rank: number;
}

export interface PathTemplate {
  /** Without the one that stands for all that remains. */
  readonly segments: readonly Segment[];
  readonly rest: Segment | undefined;
}

export function compileTemplate(path: string): PathTemplate {
  const { segments: texts, rest: isOpen } = cutPath(path);
  const segments = texts.map(compileSegment);
  const last = isOpen ? segments.pop() : undefined;
  const rest = last && { ...last, rank: last.rank + 3 };
  return { segments, rest };
}

function compileSegment(text: string): Segment {
  let count = 0;
  let pattern = "";
  let at = 0;
  for (const found of text.matchAll(/\{([^{}]*)\}/g)) {
    pattern += `${escapePattern(text.slice(at, found.index))}(.*?)`;
    count++;
    at = found.index + found[0].length;
  }
  pattern += escapePattern(text.slice(at));
  const isAlone = pattern === "(.*?)";
  return {
    literal: count === 0 ? (percentDecode(text) ?? text) : undefined,
    count,
    pattern: new RegExp(`^${pattern}$`, "s"),
    isAlone,
    // The more of it is literal, the more exact it is.
    rank:
      count === 0
        ? 0
        : isAlone
          ? 2
          : 1 + 1 / Math.max(1, text.replaceAll(/\{[^{}]*\}/g, "").length),
  };
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** As the router has it: by segments, where the end of the path comes before all that remains. */
export function byRank(one: PathTemplate, other: PathTemplate): number {
  const length = Math.max(one.segments.length, other.segments.length) + 1;
  for (let index = 0; index < length; index++) {
    const difference = rankAt(one, index) - rankAt(other, index);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rankAt({ segments, rest }: PathTemplate, index: number): number {
  return segments[index]?.rank ?? rest?.rank ?? 3;
}

/** Segments with several parameters can be parted in many ways; long ones would cost too much. */
const mixedLengthMax = 512;

/** @returns undefined: the path is none of the template's. */
export function capture(
  { segments, rest }: PathTemplate,
  parts: readonly string[],
  decoded: readonly string[],
): readonly string[] | undefined {
  const captured: string[] = [];
  for (const [index, { literal, count, pattern }] of segments.entries()) {
    const part = parts[index] ?? "";
    if (literal !== undefined) {
      if (literal !== decoded[index]) return undefined;
      continue;
    }
    if (part === "" || (count > 1 && part.length > mixedLengthMax)) return undefined;
    const match = pattern.exec(part);
    if (match === null) return undefined;
    captured.push(...match.slice(1));
  }
  if (rest === undefined || parts.length === segments.length) {
    // With a verb behind it, all that remains is a segment at least.
    return rest === undefined || rest.isAlone ? captured : undefined;
  }
  const remaining = parts.slice(segments.length).join("/");
  const match = rest.pattern.exec(remaining);
  return match === null ? undefined : [...captured, ...match.slice(1)];
}
