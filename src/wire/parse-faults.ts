/** What can be wrong with a message head or a chunked body. Parsers return these as negatives. */
import type { Limits, Timeouts } from "#base/limits.ts";

interface ParseFault {
  /** Status for a faulty request; a faulty answer is always a 502. */
  readonly status: 400 | 405 | 414 | 431 | 501 | 505;
  /** Says what is wrong and what was expected. */
  readonly detail: string;
}

const table = {
  methodInvalid: [400, "the method is not a token of at most 32 characters"],
  requestLineInvalid: [
    400,
    "the request line is not: method, one space, target, one space, version",
  ],
  targetInvalid: [400, "the request target holds a character that RFC 3986 does not allow there"],
  targetFormInvalid: [
    400,
    "the request target is neither a path, an http(s) URI, nor * for OPTIONS",
  ],
  targetTooLong: [414, "the request target is longer than limits.targetBytesMax"],
  connectRefused: [405, "CONNECT is not offered"],
  traceRefused: [405, "TRACE is not offered"],
  versionUnsupported: [505, "only HTTP/1.0 and HTTP/1.1 are spoken here"],
  headTooLarge: [431, "the head is larger than limits.headBytesMax"],
  tooManyFields: [431, "the head has more fields than limits.headFieldsMax"],
  lineEndInvalid: [400, "a line of the head does not end in CR LF"],
  fieldNameInvalid: [400, "a field name is empty, not a token, or not followed at once by a colon"],
  fieldNameDisguised: [400, "a field name spells one of the gateway's own names with underscores"],
  fieldValueInvalid: [400, "a field value holds a control character"],
  lineFolded: [400, "a field line is folded, which RFC 9112 §5.2 forbids"],
  contentLengthInvalid: [400, "Content-Length is not one decimal number below 2^53"],
  contentLengthRepeated: [400, "Content-Length stands more than once"],
  framingAmbiguous: [400, "both Transfer-Encoding and Content-Length are given"],
  transferCodingUnsupported: [501, "the only transfer coding offered is chunked, once"],
  transferCodingNotFinal: [400, "the last transfer coding of a request must be chunked"],
  transferCodingInOldVersion: [400, "Transfer-Encoding does not exist in HTTP/1.0"],
  hostMissing: [400, "an HTTP/1.1 request needs exactly one Host field"],
  hostInvalid: [400, "Host (or the target's authority) is not a host name with an optional port"],
  pathEscapes: [400, "the path has a dot segment, plain or encoded"],
  pathEmptySegment: [400, "the path has an empty segment (//)"],
  pathBackslash: [400, "the path has a backslash, plain or encoded"],
  pathEncodingInvalid: [
    400,
    "the path has a percent sign without two hexadecimal digits, or overlong UTF-8",
  ],
  pathControl: [400, "the path encodes a control character"],
  pathDoubleEncoded: [400, "the path encodes a dot, slash or backslash twice"],
  statusLineInvalid: [
    400,
    "the status line is not: version, one space, three digits, one space, reason",
  ],
  chunkSizeInvalid: [400, "a chunk size is not 1 to 12 hexadecimal digits"],
  chunkExtensionInvalid: [
    400,
    "a chunk extension is not a list of names and values of at most 1 KiB",
  ],
  chunkEndInvalid: [400, "the data of a chunk is not followed by CR LF"],
  trailerInvalid: [400, "the trailer section is malformed or larger than limits.trailerBytesMax"],
  trailerForbidden: [400, "a trailer field concerns framing, routing or identity"],
  expectationUnknown: [400, "the only expectation offered is 100-continue"],
  interimFlood: [400, "more than 32 interim answers came before the final one"],
  upgradeUnasked: [400, "the connection was upgraded though nobody asked for it"],
  maxForwardsInvalid: [400, "Max-Forwards is not a number"],
  messageTooLarge: [400, "a message is larger than limits.documentBytesMax"],
  messageLengthInvalid: [400, "the length before a message is none"],
  messageLengthShort: [400, "more comes than the length before the message says"],
} as const satisfies Record<string, readonly [ParseFault["status"], string]>;

export type ParseFaultName = keyof typeof table;

const names = Object.keys(table) as ParseFaultName[];

/** Negative numbers by name, as the parsers return them. */
export const parseFault = Object.fromEntries(
  names.map((name, index) => [name, -1 - index]),
) as Readonly<Record<ParseFaultName, number>>;

/** The fault behind a parser's negative result; limits are told with their values. */
export function parseFaultOf(
  result: number,
  limits: Limits,
): ParseFault & { readonly name: ParseFaultName } {
  const name = names[-1 - result] as ParseFaultName;
  const [status, words] = table[name];
  const detail = words.replace(
    /limits\.(\w+)/,
    (all, limit) => `${all}: ${valueOf(limits, limit)}`,
  );
  return { name, status, detail };
}

/** Of a head that nobody could parse, for it did not come. */
export function lateHead({ headMs }: Timeouts): { readonly status: 408; readonly detail: string } {
  return { status: 408, detail: `the head did not arrive within timeouts.headMs: ${headMs}` };
}

function valueOf(limits: Limits, name: string): number {
  return limits[name as keyof Limits];
}
