/**
 * What a service, or somebody who can write into its answers, does to make a caller or the
 * gateway see another answer. The service sends these bytes to the first request.
 */
import type { AnswerStep } from "#tests/support/recording-upstream.ts";
import { sources } from "./vector.ts";

export interface AnswerVector {
  readonly name: string;
  readonly class: string;
  readonly source: string;
  /** Of the first request; GET without it. */
  readonly method?: string;
  readonly answer: readonly AnswerStep[];
  /** Sent as soon as the head of the first request is there, before its body. */
  readonly early?: boolean;
  /** The caller must get 502 or see that the answer is not whole. */
  readonly mustBeCut?: boolean;
  /** Statuses that the caller's first final answer may have; undefined: any, or none. */
  readonly status?: readonly number[];
}

/** What must never be seen as an answer. */
export const smuggledAnswer =
  "HTTP/1.1 299 Smuggled\r\nContent-Length: 8\r\nX-Marker: smuggled\r\n\r\nsmuggled";

const faulty = [502] as const;
const fine = [200] as const;
const cut = { mustBeCut: true } as const;
const pause = { pauseMs: 60 } as const;
const ok = "HTTP/1.1 200 OK\r\n";

type Row = readonly [
  name: string,
  source: string,
  answer: string | readonly AnswerStep[],
  status?: readonly number[] | undefined,
  more?: Pick<Partial<AnswerVector>, "method" | "early" | "mustBeCut">,
];

function answersOf(className: string, rows: readonly Row[]): AnswerVector[] {
  return rows.map(([name, source, answer, status, more]) => ({
    name,
    class: className,
    source,
    answer: typeof answer === "string" ? [answer] : answer,
    ...(status === undefined ? {} : { status }),
    ...more,
  }));
}

function withFields(fields: string, body: string = smuggledAnswer, status = "200 OK"): string {
  return `HTTP/1.1 ${status}\r\n${fields}\r\n\r\n${body}`;
}

const n = smuggledAnswer.length;
const chunkedAnswer = `${n.toString(16)}\r\n${smuggledAnswer}\r\n0\r\n\r\n`;

const lengths = answersOf("answer length", [
  [
    "both lengths",
    sources.responses,
    withFields("Content-Length: 3\r\nTransfer-Encoding: chunked", chunkedAnswer),
    faulty,
  ],
  [
    "both lengths the other way",
    sources.responses,
    withFields("Transfer-Encoding: chunked\r\nContent-Length: 3", chunkedAnswer),
    faulty,
  ],
  [
    "two different lengths",
    sources.responses,
    withFields(`Content-Length: 0\r\nContent-Length: ${n}`),
    faulty,
  ],
  [
    "two equal lengths",
    "RFC 9112 §6.3",
    withFields(`Content-Length: ${n}\r\nContent-Length: ${n}`),
    faulty,
  ],
  ["a list of lengths", "RFC 9112 §6.3", withFields(`Content-Length: ${n}, ${n}`), faulty],
  ["a signed length", sources.treqs, withFields(`Content-Length: +${n}`), faulty],
  ["a negative length", sources.treqs, withFields(`Content-Length: -1`), faulty],
  ["an empty length", sources.treqs, withFields("Content-Length:"), faulty],
  ["a length in hexadecimal", sources.treqs, withFields("Content-Length: 0x10"), faulty],
  ["a length of 20 digits", sources.treqs, withFields(`Content-Length: ${"9".repeat(20)}`), faulty],
  [
    "an unknown coding",
    "RFC 9112 §6.1",
    withFields("Transfer-Encoding: xchunked", chunkedAnswer),
    faulty,
  ],
  [
    "chunked twice",
    "RFC 9112 §6.1",
    withFields("Transfer-Encoding: chunked, chunked", chunkedAnswer),
    faulty,
  ],
  [
    "gzip and chunked",
    "RFC 9112 §6.1",
    withFields("Transfer-Encoding: gzip, chunked", chunkedAnswer),
    faulty,
  ],
  [
    "chunked and identity",
    sources.treqs,
    withFields("Transfer-Encoding: chunked, identity", chunkedAnswer),
    faulty,
  ],
  [
    "chunked in HTTP/1.0",
    "RFC 9112 §6.1",
    `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunkedAnswer}`,
    faulty,
  ],
  [
    "a body longer than its length",
    sources.responses,
    withFields("Content-Length: 3", `abc${smuggledAnswer}`),
    fine,
  ],
  [
    "a body longer than its length, later",
    sources.responses,
    [withFields("Content-Length: 3", "abc"), pause, smuggledAnswer],
    fine,
  ],
  [
    "a body shorter than its length",
    sources.responses,
    [withFields("Content-Length: 9", "abc"), "close"],
    undefined,
  ],
  ["no length, and a close", "RFC 9112 §6.3", [withFields("X: y"), "close"], fine],
  ["no length, and a reset", "RFC 9112 §8", [withFields("X: y", "abc"), pause, "reset"], undefined],
]);

const bodiless = answersOf("answer without body", [
  [
    "HEAD with a body",
    sources.responses,
    withFields(`Content-Length: ${n}`),
    fine,
    { method: "HEAD" },
  ],
  [
    "HEAD with chunks",
    sources.responses,
    withFields("Transfer-Encoding: chunked", chunkedAnswer),
    fine,
    { method: "HEAD" },
  ],
  [
    "HEAD with an answer behind",
    sources.responses,
    withFields("Content-Length: 3", smuggledAnswer),
    fine,
    { method: "HEAD" },
  ],
  [
    "204 with a length and a body",
    sources.responses,
    withFields(`Content-Length: ${n}`, smuggledAnswer, "204 No Content"),
    undefined,
  ],
  [
    "204 with chunks",
    sources.responses,
    withFields("Transfer-Encoding: chunked", chunkedAnswer, "204 No Content"),
    undefined,
  ],
  [
    "204 with an answer behind",
    sources.responses,
    withFields("X: y", smuggledAnswer, "204 No Content"),
    undefined,
  ],
  [
    "304 with a body",
    sources.responses,
    withFields(`Content-Length: ${n}`, smuggledAnswer, "304 Not Modified"),
    undefined,
  ],
  [
    "304 with chunks",
    sources.responses,
    withFields("Transfer-Encoding: chunked", chunkedAnswer, "304 Not Modified"),
    undefined,
  ],
  [
    "205 with a body",
    sources.responses,
    withFields(`Content-Length: ${n}`, smuggledAnswer, "205 Reset Content"),
    undefined,
  ],
]);

const heads = answersOf("answer head", [
  ["a bare LF", "CVE-2022-37436 (httpd), its family", `${ok}X: a\n${smuggledAnswer}`, faulty],
  ["bare LFs only", sources.garden, "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", faulty],
  ["a bare CR", sources.splitting, `${ok}X: a\rY: b\r\nContent-Length: 2\r\n\r\nok`, faulty],
  ["a NUL", sources.splitting, `${ok}X: a\0b\r\nContent-Length: 2\r\n\r\nok`, faulty],
  ["a folded field", "RFC 9112 §5.2", `${ok}X: a\r\n b\r\nContent-Length: 2\r\n\r\nok`, faulty],
  ["a space before the colon", "RFC 9112 §5.1", `${ok}Content-Length : 2\r\n\r\nok`, faulty],
  ["an empty name", sources.garden, `${ok}: a\r\nContent-Length: 2\r\n\r\nok`, faulty],
  ["no colon", sources.splitting, `${ok}garbage\r\nContent-Length: 2\r\n\r\nok`, faulty],
  ["a bad name", sources.garden, `${ok}X(y): a\r\nContent-Length: 2\r\n\r\nok`, faulty],
  [
    "an injected answer",
    sources.splitting,
    `${ok}X: a\r\nContent-Length: 0\r\n\r\n${smuggledAnswer}`,
    fine,
  ],
  ["HTTP/0.9", sources.treqs, ["smuggled", "close"], faulty],
  ["HTTP/2.0", sources.treqs, "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok", faulty],
  ["another protocol", sources.treqs, "ICY 200 OK\r\nContent-Length: 2\r\n\r\nok", faulty],
  [
    "a status of two digits",
    sources.treqs,
    "HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok",
    faulty,
  ],
  [
    "a status of four digits",
    sources.treqs,
    "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok",
    faulty,
  ],
  ["status 000", "RFC 9110 §15", "HTTP/1.1 000 OK\r\nContent-Length: 2\r\n\r\nok", faulty],
  ["status 600", "RFC 9110 §15", "HTTP/1.1 600 OK\r\nContent-Length: 2\r\n\r\nok", undefined],
  ["a signed status", sources.treqs, "HTTP/1.1 +20 OK\r\nContent-Length: 2\r\n\r\nok", faulty],
  [
    "two spaces before the status",
    sources.treqs,
    "HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\nok",
    faulty,
  ],
  [
    "a control character in the reason",
    sources.treqs,
    "HTTP/1.1 200 O\x07K\r\nContent-Length: 2\r\n\r\nok",
    faulty,
  ],
  [
    "no reason and no space",
    "RFC 9112 §4",
    "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
    undefined,
  ],
  [
    "no reason, which is legal",
    "RFC 9112 §4",
    "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok",
    fine,
  ],
  [
    "an empty line before",
    sources.garden,
    "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    undefined,
  ],
  ["a head that stops", sources.responses, ["HTTP/1.1 200 OK\r\nX: ", "close"], faulty],
  [
    "Connection that takes Content-Length",
    sources.hopByHop,
    withFields("Connection: Content-Length\r\nContent-Length: 2", "ok"),
    undefined,
  ],
  [
    "hop-by-hop fields",
    sources.hopByHop,
    withFields(
      "Connection: X-Internal\r\nX-Internal: 1\r\nKeep-Alive: timeout=5\r\nContent-Length: 2",
      "ok",
    ),
    fine,
  ],
]);

/** Nobody can misread these; a caller must be told nevertheless. */
const absent = answersOf("no usable answer", [
  [
    "a head of 100 kB",
    "RFC 9112 §4",
    `${ok}X: ${"a".repeat(100_000)}\r\nContent-Length: 2\r\n\r\nok`,
    faulty,
  ],
  [
    "1,000 fields",
    "RFC 9112 §4",
    `${ok}${"X: y\r\n".repeat(1_000)}Content-Length: 2\r\n\r\nok`,
    faulty,
  ],
  ["nothing at all", sources.responses, ["close"], faulty],
  [
    "102 and nothing more",
    sources.responses,
    ["HTTP/1.1 102 Processing\r\n\r\n", pause, "close"],
    faulty,
  ],
]);

function chunks(body: string): readonly AnswerStep[] {
  return [withFields("Transfer-Encoding: chunked", body), pause, "close"];
}

/** The head is out when these are found: the caller must see the body cut off. */
const codings = answersOf("answer chunks", [
  ["a bare LF behind the size", sources.funky, chunks(`2\nok\r\n0\r\n\r\n`), undefined, cut],
  ["a bare LF behind the data", sources.funky, chunks(`2\r\nok\n0\r\n\r\n`), undefined, cut],
  ["nothing behind the data", sources.funky, chunks(`2\r\nok0\r\n\r\n`), undefined, cut],
  ["a prefix", sources.treqs, chunks(`0x2\r\nok\r\n0\r\n\r\n`), undefined, cut],
  ["a sign", sources.treqs, chunks(`+2\r\nok\r\n0\r\n\r\n`), undefined, cut],
  ["an overflow", sources.treqs, chunks(`10000000000000002\r\nok\r\n0\r\n\r\n`), undefined, cut],
  ["a bare LF in an extension", sources.funky, chunks(`2;a\nb\r\nok\r\n0\r\n\r\n`), undefined, cut],
  [
    "a trailer that is a length",
    "RFC 9110 §6.5.1",
    chunks(`2\r\nok\r\n0\r\nContent-Length: 2\r\n\r\n`),
    undefined,
    cut,
  ],
  [
    "a trailer with a bare LF",
    sources.garden,
    chunks(`2\r\nok\r\n0\r\nX: a\nY: b\r\n\r\n`),
    undefined,
    cut,
  ],
  [
    "a trailer that is an answer",
    sources.splitting,
    chunks(`2\r\nok\r\n0\r\n${smuggledAnswer}`),
    undefined,
    cut,
  ],
  ["no last chunk", "RFC 9112 §8", chunks(`2\r\nok\r\n`), undefined, cut],
  [
    "an answer behind the last chunk",
    sources.responses,
    chunks(`2\r\nok\r\n0\r\n\r\n${smuggledAnswer}`),
    fine,
  ],
  ["an extension, which is legal", "RFC 9112 §7.1.1", chunks(`2;a=b\r\nok\r\n0\r\n\r\n`), fine],
]);

const interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
const plain = withFields("Content-Length: 2", "ok");

const queues = answersOf("answer queue", [
  ["103 and an answer", "RFC 8297 §2", interim + plain, fine],
  ["1,000 interim answers", sources.responses, interim.repeat(1_000) + plain, undefined],
  [
    "an interim answer with a length",
    sources.responses,
    `HTTP/1.1 103 Early Hints\r\nContent-Length: ${n}\r\n\r\n${smuggledAnswer}`,
    undefined,
  ],
  [
    "an interim answer with chunks",
    sources.responses,
    `HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n${chunkedAnswer}${plain}`,
    undefined,
  ],
  ["100 that nobody asked for", sources.endgame, `HTTP/1.1 100 Continue\r\n\r\n${plain}`, fine],
  [
    "100 with a body",
    sources.endgame,
    `HTTP/1.1 100 Continue\r\nContent-Length: ${n}\r\n\r\n${smuggledAnswer}`,
    undefined,
  ],
  [
    "101 that nobody asked for",
    sources.webSocket,
    `HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n${smuggledAnswer}`,
    faulty,
  ],
  ["two answers at once", sources.responses, plain + smuggledAnswer, fine],
  ["two answers, one later", sources.responses, [plain, pause, smuggledAnswer], fine],
  ["half an answer behind", sources.responses, `${plain}HTTP/1.1 299 Smug`, fine],
  ["a byte behind", sources.responses, `${plain}\r\n`, fine],
  [
    "an answer before the body was sent",
    "CVE-2025-4366 (Pingora), its family",
    smuggledAnswer.replace("299 Smuggled", "200 OK"),
    fine,
    { method: "POST", early: true },
  ],
  [
    "a refusal before the body was sent",
    sources.browser,
    withFields("Content-Length: 2", "no", "413 Content Too Large"),
    [413],
    { method: "POST", early: true },
  ],
  [
    "an answer with close before the body was sent",
    sources.browser,
    [withFields("Connection: close\r\nContent-Length: 2", "no", "413 Content Too Large"), "close"],
    [413],
    { method: "POST", early: true },
  ],
]);

export const answerVectors: readonly AnswerVector[] = [
  ...lengths,
  ...bodiless,
  ...heads,
  ...absent,
  ...codings,
  ...queues,
];
