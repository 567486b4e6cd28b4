/** Answers whose heads or chunks are malformed. */
import type { AnswerStep } from "#tests/support/recording-upstream.ts";
import {
  answersOf,
  cut,
  faulty,
  fine,
  ok,
  pause,
  smuggledAnswer,
  withFields,
  type AnswerVector,
} from "./answer-vector.ts";
import { sources } from "./vector.ts";

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

export const answerHeadVectors: readonly AnswerVector[] = [...heads, ...absent, ...codings];
