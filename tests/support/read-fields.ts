/** Lines and fields of a message under given rules. Independent of src/wire on purpose. */
import type { ReadingRules } from "./message-rules.ts";

export type SeenField = readonly [name: string, value: string];

/** Thrown by the readers of this folder; caught where a reading is made. */
export class Unreadable extends Error {}

/** More bytes are needed. */
export class Incomplete extends Error {}

export interface Line {
  readonly text: string;
  readonly next: number;
}

export const tokenPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// eslint-disable-next-line no-control-regex
const controlPattern = /[\x00-\x08\x0a-\x1f\x7f]/;

export function readLine(text: string, at: number, lineEnd: ReadingRules["lineEnd"]): Line {
  if (lineEnd === "cr") {
    const end = text.slice(at).search(/[\r\n]/);
    if (end < 0) throw new Incomplete();
    const to = at + end;
    return { text: text.slice(at, to), next: to + (text.startsWith("\r\n", to) ? 2 : 1) };
  }
  const end = text.indexOf(lineEnd === "crlf" ? "\r\n" : "\n", at);
  if (end < 0) throw new Incomplete();
  if (lineEnd === "crlf") return { text: text.slice(at, end), next: end + 2 };
  const to = end > at && text[end - 1] === "\r" ? end - 1 : end;
  return { text: text.slice(at, to), next: end + 1 };
}

export interface Fields {
  readonly fields: readonly SeenField[];
  readonly next: number;
}

/** Reads field lines up to and including the empty line. */
export function readFields(text: string, from: number, rules: ReadingRules): Fields {
  const lines: string[] = [];
  let at = from;
  for (;;) {
    const line = readLine(text, at, rules.lineEnd);
    at = line.next;
    if (line.text === "") break;
    if (/^[ \t]/.test(line.text) && rules.fold !== "own-line") {
      if (rules.fold === "refuse") throw new Unreadable("folded or indented field line");
      const last = lines.pop();
      lines.push(last === undefined ? line.text : `${last} ${line.text.trim()}`);
    } else lines.push(line.text);
  }
  return { fields: lines.flatMap((line) => readField(line, rules)), next: at };
}

function readField(line: string, rules: ReadingRules): SeenField[] {
  const colon = line.indexOf(":");
  if (colon < 0) {
    if (rules.fieldName === "strict") throw new Unreadable(`field line without colon: ${line}`);
    return [];
  }
  const rawName = line.slice(0, colon);
  let value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
  if (controlPattern.test(value)) {
    if (rules.control === "refuse") throw new Unreadable("control character in a field value");
    if (rules.control === "cut-at-nul") value = value.split("\0")[0] as string;
  }
  if (rules.fieldName === "strict" && !tokenPattern.test(rawName)) {
    throw new Unreadable(`bad field name ${JSON.stringify(rawName)}`);
  }
  if (rules.fieldName === "drop" && !tokenPattern.test(rawName)) return [];
  let name = rawName.replace(/^[\0-\x20"]+|[\0-\x20"]+$/g, "").toLowerCase();
  if (rules.control === "cut-at-nul") name = name.split("\0")[0] as string;
  if (rules.fieldName === "underscore-is-dash") name = name.replaceAll("_", "-");
  if (rules.fieldName === "blank-is-dash") name = name.replace(/[ \t]/g, "-");
  return [[name, value]];
}

export function valuesOf(fields: readonly SeenField[], name: string): string[] {
  return fields.filter(([own]) => own === name).map(([, value]) => value);
}
