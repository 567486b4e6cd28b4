/** How a whole contract is spoken: its charset, and the frames of its messages on TCP. */
import type { Frame } from "#base/raw-framing.ts";
import type { TextSpeech } from "#contract/text-layout.ts";
import { charsetOf } from "#formats/delimited-text/charset.ts";
import type { Reporter } from "#formats/yaml/reporter.ts";
import type { DeclaredFrame, DeclaredText } from "./declared.ts";
import type { Path } from "./import-columns.ts";
import { checkTemplate } from "./import-faults.ts";

export function importSpeech(declared: DeclaredText, reporter: Reporter): TextSpeech {
  const { charset, tcp, errors } = declared;
  if (errors !== undefined) checkTemplate(errors, ["errors"], declared, reporter);
  if (tcp === undefined) return { charset, framing: undefined, errors };
  const request = frameOf(tcp.request, declared, ["tcp", "request"], reporter);
  const answer = frameOf(tcp.answer, declared, ["tcp", "answer"], reporter);
  const closes = request.kind === "close" || answer.kind === "close" || tcp.halfClose;
  if (tcp.keepAlive && closes) {
    const message = "a connection that one message closes cannot carry another one";
    reporter.error(["tcp", "keepAlive"], "not-kept-alive", message);
  }
  const halfClose = tcp.halfClose || request.kind === "close";
  const framing = { request, answer, keepAlive: tcp.keepAlive, halfClose };
  return { charset, framing, errors };
}

const lineEnds = { lf: "\n", crlf: "\r\n", cr: "\r" } as const;

function frameOf(
  frame: DeclaredFrame,
  { charset, lineEnd }: DeclaredText,
  path: Path,
  reporter: Reporter,
): Frame {
  if (frame === "close") return { kind: "close" };
  const { encode } = charsetOf(charset);
  const isWide = encode("0").length > 1;
  if (isWide && (frame === "line" || frame.length === undefined)) {
    const message = `octets that end a message may stand within its characters in ${charset}`;
    reporter.error(path, "bad-frame", message, "frame it by `length`, or by `close`");
  }
  if (frame === "line") {
    const end = encode(lineEnds[lineEnd]).toString("latin1");
    return { kind: "until", end, isLine: true };
  }
  const { until, length, littleEndian, digits, inclusive } = frame;
  const given = [until, length, digits].filter((one) => one !== undefined);
  if (given.length !== 1) {
    reporter.error(path, "bad-frame", "expected one of `until`, `length` and `digits`");
  }
  if (until !== undefined) return { kind: "until", end: until, isLine: false };
  if (littleEndian && length === undefined) {
    const message = "only a `length` in octets has an order of them";
    reporter.error([...path, "littleEndian"], "bad-frame", message);
  }
  if (length !== undefined) return { kind: "length", bytes: length, littleEndian, inclusive };
  const [zero = 0x30] = encode("0");
  return { kind: "digits", digits: digits ?? 1, zero, inclusive };
}
