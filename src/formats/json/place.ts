/** Where in a document an error lies, found by walking again over what was read already. */
import type { DocumentFault } from "#contract/document-fault.ts";
import { backslash, JsonRefusal, quote } from "./cursor.ts";

interface Level {
  readonly isObject: boolean;
  index: number;
  key: string | undefined;
}

export function faultOf(text: string, refusal: JsonRefusal): DocumentFault {
  const { at, code, member, message } = refusal;
  const pointer = pointerTo(text, at);
  const place = member === undefined ? pointer : `${pointer}/${escapePointer(member)}`;
  return { kind: "fault", code, message, place, ...lineAndColumn(text, at) };
}

function lineAndColumn(text: string, at: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (;;) {
    const end = text.indexOf("\n", lineStart);
    if (end < 0 || end >= at) return { line, column: at - lineStart + 1 };
    line++;
    lineStart = end + 1;
  }
}

/** The text before `at` is well-formed so far; nothing is assumed of the rest. */
function pointerTo(text: string, at: number): string {
  const levels: Level[] = [];
  for (let place = 0; place < at; place++) {
    const level = levels.at(-1);
    switch (text[place]) {
      case "{":
      case "[":
        levels.push({ isObject: text[place] === "{", index: 0, key: undefined });
        break;
      case "}":
      case "]":
        levels.pop();
        break;
      case ",":
        if (level === undefined) break;
        level.index++;
        level.key = undefined;
        break;
      case '"': {
        const end = endOfString(text, place);
        if (end > at) return pointerOf(levels);
        if (level?.isObject === true && level.key === undefined) {
          level.key = JSON.parse(text.slice(place, end)) as string;
        }
        place = end - 1;
        break;
      }
      default:
    }
  }
  return pointerOf(levels);
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === backslash) at++;
  }
  return text.length + 1;
}

function pointerOf(levels: readonly Level[]): string {
  let pointer = "";
  for (const { isObject, index, key } of levels) {
    if (!isObject) pointer += `/${index}`;
    else if (key !== undefined) pointer += `/${escapePointer(key)}`;
  }
  return pointer;
}

/** RFC 6901 §3. */
export function escapePointer(name: string): string {
  return name.slice(0, 200).replaceAll("~", "~0").replaceAll("/", "~1");
}
