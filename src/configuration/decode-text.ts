/** Bytes of a configuration file to text: UTF-8 without surprises, or one diagnostic. */
import { isUtf8 } from "node:buffer";
import type { Diagnostic } from "#base/diagnostic.ts";

export interface DecodedText {
  readonly text: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

// C0 controls other than tab, line feed and carriage return (YAML 1.2.2 §5.1), and DEL.
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const controlCharacter = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;

export function decodeText(bytes: Buffer, file: string): DecodedText {
  const first = { file, line: 1, column: 1 };
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff)) {
    const message = "the file is UTF-16; expected UTF-8";
    return refuse({ code: "not-utf8", severity: "error", message, source: first });
  }
  const diagnostics: Diagnostic[] = [];
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) {
    diagnostics.push({
      code: "byte-order-mark",
      severity: "warning",
      message: "the file begins with a byte order mark, which is ignored; expected plain UTF-8",
      source: first,
      suggestion: "save it as UTF-8 without BOM",
    });
    bytes = bytes.subarray(3);
  }
  if (!isUtf8(bytes)) {
    const source = { file, ...placeOfBrokenUtf8(bytes) };
    const message = "a byte here is not UTF-8; expected the file to be saved as UTF-8";
    return refuse({ code: "not-utf8", severity: "error", message, source });
  }
  const text = bytes.toString("utf8");
  const at = text.search(controlCharacter);
  if (at >= 0) {
    const before = text.slice(0, at).split("\n");
    const source = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    const code = text.charCodeAt(at).toString(16).padStart(4, "0").toUpperCase();
    const message = `control character U+${code}; expected text`;
    return refuse({ code: "control-character", severity: "error", message, source });
  }
  return { text, diagnostics };
}

function refuse(diagnostic: Diagnostic): DecodedText {
  return { text: undefined, diagnostics: [diagnostic] };
}

function startsWith(bytes: Buffer, ...wanted: readonly number[]): boolean {
  return wanted.every((byte, index) => bytes[index] === byte);
}

/** A line feed is never part of a longer UTF-8 sequence, so lines can be judged one by one. */
function placeOfBrokenUtf8(bytes: Buffer): { readonly line: number; readonly column: number } {
  let line = 1;
  for (let start = 0; start <= bytes.length; line++) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    const own = bytes.subarray(start, end);
    if (!isUtf8(own)) {
      let good = own.toString("utf8").indexOf("\ufffd");
      // A replacement character can also stand in the file itself: then its bytes are good.
      while (isUtf8(own.subarray(0, Buffer.byteLength(own.toString("utf8").slice(0, good + 1))))) {
        good = own.toString("utf8").indexOf("\ufffd", good + 1);
      }
      return { line, column: good + 1 };
    }
    start = end + 1;
  }
  return { line: 1, column: 1 };
}
