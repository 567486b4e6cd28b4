/** Answers whose lengths are wrong, doubled, missing or beside the point. */
import {
  answersOf,
  chunkedAnswer,
  faulty,
  fine,
  pause,
  smuggledAnswer,
  withFields,
  type AnswerVector,
} from "./answer-vector.ts";
import { sources } from "./vector.ts";

const n = smuggledAnswer.length;

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

export const answerLengthVectors: readonly AnswerVector[] = [...lengths, ...bodiless];
