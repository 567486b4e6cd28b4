/**
 * What a rule of this folder finds: a line of text that names the place, the fault and the way out.
 */
import type { SourceFile } from "#tests/support/source-files.ts";

export type Rule = (file: SourceFile) => readonly string[];

/** `path:line: message` for a position in the text. */
export function findingAt(file: SourceFile, index: number, message: string): string {
  const line = file.text.slice(0, index).split("\n").length;
  return `${file.path}:${line}: ${message}`;
}

/** One finding for each match of a pattern, which must have the flag `g`. */
export function findingsOf(
  file: SourceFile,
  text: string,
  pattern: RegExp,
  message: (match: RegExpExecArray) => string | undefined,
): readonly string[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const found = message(match);
    return found === undefined ? [] : [findingAt(file, match.index, found)];
  });
}
