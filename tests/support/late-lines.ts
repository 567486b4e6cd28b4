/** Field lines as the recorder gives them, from their text. */
import type { LateLines } from "#wire/own-lines.ts";

export function lateLines(text: string): LateLines {
  const writeLines = (out: Buffer, at: number): number => at + out.write(text, at, "latin1");
  return { text, byteLength: text.length, writeLines };
}
