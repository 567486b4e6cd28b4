/**
 * Values in paths: from the texts that a request was matched with, and back. Those of several
 * segments are held to their pattern, and no text in them becomes a step of the path.
 */
import { fitsPattern, type PathVariable } from "#contract/path-segments.ts";
import type { Value } from "#contract/value.ts";
import { readText, refuse, writeText, type Subject } from "./parameters-flat.ts";
import { readPathParameter, writePathParameter, type ParameterCodec } from "./parameters.ts";
import { percentDecode, percentEncode } from "./percent.ts";
import type { TextCodec } from "./text-codec.ts";

export interface PathValue {
  /** Undefined: the contract describes no parameter of this name. */
  readonly codec: ParameterCodec | undefined;
  readonly variable: PathVariable;
}

/** @param captured texts as they came, in the order of the path. */
export function readPathValue(
  codec: ParameterCodec,
  { pattern, pieces }: PathVariable,
  captured: readonly string[],
): Value {
  if (pattern === undefined) return readPathParameter(codec, captured[pieces[0] as number] ?? "");
  // `**` may stand for nothing at all.
  const raw = pieces.flatMap((piece) =>
    typeof piece === "string" ? piece : (captured[piece] ?? []),
  );
  const { subject } = codec;
  const segments = raw
    .join("/")
    .split("/")
    .map((segment) => {
      return decodeSegment(segment) ?? refuse(subject, "its percent-encoding is broken");
    });
  checkSteps(subject, segments);
  const text = segments.join("/");
  if (!fitsPattern(pattern, segments)) {
    refuse(subject, `expected \`${pattern.join("/")}\`, found \`${shorten(text)}\``);
  }
  return readText(subject, textOf(codec), text);
}

/** google/api/http.proto: where a value has several segments, an encoded slash stays encoded. */
function decodeSegment(raw: string): string | undefined {
  return percentDecode(raw.replaceAll(/%(?=2f)/gi, "%25"));
}

export function writePathValue(
  codec: ParameterCodec,
  { pattern }: PathVariable,
  value: Value,
): string {
  if (pattern === undefined) return writePathParameter(codec, value);
  const { subject } = codec;
  const text = writeText(subject, textOf(codec), value);
  const segments = text.split("/");
  if (text === "" || !fitsPattern(pattern, segments)) {
    const expected = `expected \`${pattern.join("/")}\``;
    const message = `\`${shorten(text)}\` does not fit the path; ${expected}`;
    return refuse(subject, message, "not-representable");
  }
  checkSteps(subject, segments);
  return segments.map(percentEncode).join("/");
}

/** What servers take for a step in the path, or part in another way, must not be in a value. */
function checkSteps(subject: Subject, segments: readonly string[]): void {
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === "." || segment === ".." || (segment === "" && !isLast)) {
      const shown = segment === "" ? "an empty" : `a \`${segment}\``;
      refuse(subject, `${shown} segment cannot stand in a path`, "not-representable");
    }
  }
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

/** Patterns are of texts alone: whoever made the contract saw to it. */
function textOf({ shape, subject }: ParameterCodec): TextCodec {
  return shape.kind === "single" ? shape.text : refuse(subject, "it has several parts");
}
