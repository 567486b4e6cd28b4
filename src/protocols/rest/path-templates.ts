/** Templates of paths, compiled: which paths they have, and which of two is the more exact one. */
import { cutPath } from "#contract/path-segments.ts";
import { normalPath } from "#contract/path-spelling.ts";
import { captureIn, compareForms, parseForm, type SegmentForm } from "#contract/segment-form.ts";
import { percentDecode } from "./percent.ts";

interface Segment {
  /** Undefined: holds parameters. */
  readonly literal: string | undefined;
  /** Undefined: a parameter stands alone. */
  readonly form: SegmentForm | undefined;
  /** 0 literal, 1 a parameter with literal text, 2 one alone; 3 the end; 4, 5 all that remains. */
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
  if (!text.includes("{")) {
    return { literal: percentDecode(text) ?? text, form: undefined, rank: 0 };
  }
  const isAlone = /^\{[^{}]*\}$/.test(text);
  return isAlone
    ? { literal: undefined, form: undefined, rank: 2 }
    : { literal: undefined, form: parseForm(text), rank: 1 };
}

/** As the router has it: by segments, where the end of the path comes before all that remains. */
export function byRank(one: PathTemplate, other: PathTemplate): number {
  const length = Math.max(one.segments.length, other.segments.length) + 1;
  for (let index = 0; index < length; index++) {
    const [a, b] = [segmentAt(one, index), segmentAt(other, index)];
    const difference = (a?.rank ?? 3) - (b?.rank ?? 3) || compareAlike(a?.form, b?.form);
    if (difference !== 0) return difference;
  }
  return 0;
}

function segmentAt({ segments, rest }: PathTemplate, index: number): Segment | undefined {
  return segments[index] ?? rest;
}

function compareAlike(one: SegmentForm | undefined, other: SegmentForm | undefined): number {
  return one === undefined || other === undefined ? 0 : compareForms(one, other);
}

/** Whether some path may be of both; on the safe side. */
export function mayMeet(one: PathTemplate, other: PathTemplate): boolean {
  const length = Math.max(one.segments.length, other.segments.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [one.segments[index], other.segments[index]];
    if (a === undefined) return one.rest !== undefined;
    if (b === undefined) return other.rest !== undefined;
    const areLiteral = a.literal !== undefined && b.literal !== undefined;
    if (areLiteral && a.literal !== b.literal) return false;
  }
  return true;
}

/** @returns undefined: the path is none of the template's. */
export function capture(
  { segments, rest }: PathTemplate,
  parts: readonly string[],
  decoded: readonly string[],
): readonly string[] | undefined {
  const captured: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const { literal } = segment;
    if (literal !== undefined) {
      if (literal !== decoded[index]) return undefined;
      continue;
    }
    const found = captureSegment(segment, parts[index] ?? "");
    if (found === undefined) return undefined;
    captured.push(...found);
  }
  if (rest === undefined || parts.length === segments.length) {
    // With a verb behind it, all that remains is a segment at least.
    return rest === undefined || rest.form === undefined ? captured : undefined;
  }
  const remaining = parts.slice(segments.length).join("/");
  if (rest.form === undefined) return [...captured, remaining];
  const found = captureSegment(rest, remaining);
  return found && [...captured, ...found];
}

function captureSegment({ form }: Segment, part: string): readonly string[] | undefined {
  // As the router sees it, which asks for permission.
  if (form !== undefined) return captureIn(form, normalPath(part));
  return part === "" ? undefined : [part];
}
