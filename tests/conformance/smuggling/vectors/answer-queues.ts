/** Answers more than asked for, earlier than asked for, and interim ones. */
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

export const answerQueueVectors: readonly AnswerVector[] = queues;
