/**
 * How somebody at the other end of a connection may read a message: RFC 9112 to the letter, or
 * with a leniency found in real servers. Each set bends one thing, so that a difference has a name.
 */
// A reader that ignores a body it was correctly told about (CL.0, TE.0) is not among them: against
// it a gateway could only refuse all bodies. Here is what it can prevent by being unambiguous.
export interface ReadingRules {
  readonly name: string;
  /** What ends a line of a head: CRLF, LF too, or even CR alone. */
  readonly lineEnd: "crlf" | "lf" | "cr";
  readonly startLine: "strict" | "any-space";
  /** Blanks around a field name; "cut": the line is dropped when its name is no token. */
  readonly fieldName: "strict" | "trim" | "drop" | "underscore-is-dash" | "blank-is-dash";
  readonly fold: "refuse" | "join" | "own-line";
  readonly control: "refuse" | "keep" | "cut-at-nul";
  /** Content-Length and Transfer-Encoding in one message. */
  readonly bothLengths: "refuse" | "length" | "chunked";
  readonly lengthLines: "refuse" | "first" | "last";
  readonly lengthDigits: "strict" | "leading-digits" | "digits-only";
  readonly coding: "exact" | "contains" | "first" | "last" | "ignore-unknown";
  /** Which of several Host lines counts. */
  readonly hostLines: "refuse" | "first" | "last";
  readonly chunkSize: "strict" | "lenient" | "wrap-32-bit";
  /** What ends a chunk-size line. */
  readonly chunkLineEnd: "crlf" | "lf" | "cr" | "crlf-skipping-others";
  /** What must stand behind the data of a chunk. */
  readonly chunkDataEnd: "crlf" | "lf" | "any-two" | "optional";
  /** Whether fields behind the last chunk replace those of the head. */
  readonly trailers: "apart" | "stop-at-last-chunk";
}

export const strictReading: ReadingRules = {
  name: "strict",
  lineEnd: "crlf",
  startLine: "strict",
  fieldName: "strict",
  fold: "refuse",
  control: "refuse",
  bothLengths: "refuse",
  lengthLines: "refuse",
  lengthDigits: "strict",
  coding: "exact",
  hostLines: "refuse",
  chunkSize: "strict",
  chunkLineEnd: "crlf",
  chunkDataEnd: "crlf",
  trailers: "apart",
};

/** Accepts whatever it can; the models below differ from it in how they understand it. */
const lenient: ReadingRules = {
  name: "lenient",
  lineEnd: "lf",
  startLine: "any-space",
  fieldName: "trim",
  fold: "join",
  control: "keep",
  bothLengths: "chunked",
  lengthLines: "first",
  lengthDigits: "leading-digits",
  coding: "contains",
  hostLines: "first",
  chunkSize: "lenient",
  chunkLineEnd: "lf",
  chunkDataEnd: "lf",
  trailers: "apart",
};

export const lenientReadings: readonly ReadingRules[] = [
  lenient,
  { ...lenient, name: "length-first", bothLengths: "length" },
  { ...lenient, name: "length-last", bothLengths: "length", lengthLines: "last" },
  { ...lenient, name: "digits-only", bothLengths: "length", lengthDigits: "digits-only" },
  { ...lenient, name: "exact-coding", coding: "ignore-unknown" },
  { ...lenient, name: "first-coding", coding: "first" },
  { ...lenient, name: "last-coding", coding: "last" },
  { ...lenient, name: "crlf-only", lineEnd: "crlf", chunkLineEnd: "crlf", chunkDataEnd: "crlf" },
  { ...lenient, name: "cr-ends-lines", lineEnd: "cr" },
  { ...lenient, name: "cr-ends-chunk-lines", chunkLineEnd: "cr" },
  { ...lenient, name: "skips-in-extensions", chunkLineEnd: "crlf-skipping-others" },
  { ...lenient, name: "two-bytes-behind-chunks", chunkDataEnd: "any-two" },
  { ...lenient, name: "nothing-behind-chunks", chunkDataEnd: "optional" },
  { ...lenient, name: "wrapping-sizes", chunkSize: "wrap-32-bit" },
  { ...lenient, name: "drops-odd-names", fieldName: "drop" },
  { ...lenient, name: "underscore-is-dash", fieldName: "underscore-is-dash" },
  { ...lenient, name: "blank-is-dash", fieldName: "blank-is-dash" },
  { ...lenient, name: "fold-is-a-field", fold: "own-line" },
  { ...lenient, name: "nul-ends-values", control: "cut-at-nul" },
  { ...lenient, name: "last-host", hostLines: "last" },
  { ...lenient, name: "ignores-trailers", trailers: "stop-at-last-chunk" },
];
