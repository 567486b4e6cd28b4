/** Any answer in any split: it is not whole before its release, and the same behind it. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import test from "node:test";
import fc from "fast-check";
import { defaultLimits } from "#base/limits.ts";
import { lateLines } from "#tests/support/late-lines.ts";
import { readResponses, strictAnswers } from "#tests/support/read-responses.ts";
import { AnswerWriter } from "./answer-writer.ts";
import type { LateLines } from "./own-lines.ts";
import { RequestHead, ResponseHead } from "./head.ts";
import { parseRequestHead } from "./parse-request-head.ts";
import { parseResponseHead } from "./parse-response-head.ts";

const wholeBytesMax = 1_000;
const receipts = ["Parlance-Receipt: here\r\n", "Parlance-Receipt: longer\r\n"].map(lateLines);

/** Takes all, and keeps it as it was when it was written. */
class Taking extends EventEmitter {
  readonly writableLength = 0;
  readonly writes: Buffer[] = [];
  write(bytes: Buffer | string): boolean {
    this.writes.push(Buffer.from(bytes as string, "latin1"));
    return true;
  }
  cork(): void {}
  uncork(): void {}
}

function requestOf(version: string, fields: string): RequestHead {
  const head = new RequestHead();
  const bytes = Buffer.from(`GET / HTTP/${version}\r\nHost: a\r\n${fields}\r\n`);
  assert.ok(parseRequestHead(head, bytes, 0, bytes.length, defaultLimits) > 0);
  return head;
}

function answerOf(framing: string): ResponseHead {
  const head = new ResponseHead();
  const bytes = Buffer.from(`HTTP/1.1 200 OK\r\nX-A: b\r\n${framing}\r\n`);
  assert.ok(parseResponseHead(head, bytes, 0, bytes.length, defaultLimits, false) > 0);
  return head;
}

const own = { writeLines: (_out: Buffer, at: number) => at };

test("the end of an answer is held, whatever its framing and however it comes", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("length", "chunked", "close"),
      fc.constantFrom("1.0", "1.1"),
      fc.boolean(),
      fc.array(fc.nat({ max: 700 }), { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      fc.constantFrom(...receipts),
      (kind, version, trails, sizes, complete, receipt) => {
        const pieces = sizes.map((size, index) => Buffer.alloc(size, 97 + index));
        const body = Buffer.concat(pieces);
        const framing =
          kind === "length"
            ? `Content-Length: ${body.length}\r\n`
            : kind === "chunked"
              ? "Transfer-Encoding: chunked\r\n"
              : "";
        const socket = new Taking();
        const writer = new AnswerWriter(socket as unknown as Socket, false, () => undefined);
        writer.begin(requestOf(version, trails ? "TE: trailers\r\nConnection: TE\r\n" : ""));
        writer.keepAlive = version === "1.1";
        writer.hold(wholeBytesMax);
        const head = answerOf(framing);
        const isAtOnce = complete || sizes.length === 1 || body.length === 0;
        const [first, ...rest] = isAtOnce ? [body] : pieces;
        writer.sendHead(head, own, first as Buffer, 0, (first as Buffer).length, isAtOnce);
        const sent = Buffer.concat(pieces);
        first?.fill(0xff);
        for (const piece of rest) {
          writer.sendBody(piece, 0, piece.length);
          piece.fill(0xff);
        }
        writer.sendEnd(undefined);

        const isClosing = version === "1.0" && kind !== "length";
        const before = Buffer.concat(socket.writes);
        const early = readResponses(before, ["GET"], false, strictAnswers);
        assert.equal(early.error, undefined);
        assert.ok(early.messages[0]?.complete !== true, "not whole before");
        const isShort = body.length <= wholeBytesMax && (isAtOnce || kind === "length");
        if (isShort) assert.equal(before.length, 0);
        assert.equal(writer.holdsWhole, isShort);
        writer.release(receipt);
        const all = Buffer.concat(socket.writes);
        const late = readResponses(all, ["GET"], isClosing, strictAnswers);
        assert.equal(late.error, undefined);
        const [answer] = late.messages;
        assert.equal(answer?.complete, true);
        assert.equal(answer?.body, sent.toString("latin1"));
        const inHead = answer?.fields.some(([name]) => name === "parlance-receipt");
        assert.equal(inHead, isShort);
        const canTrail = trails && version === "1.1" && kind !== "length" && !isShort;
        assert.deepEqual(
          answer?.trailers.map(([name]) => name),
          canTrail ? ["parlance-receipt"] : [],
        );
        if (isShort) assert.equal(socket.writes.length, 1);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("an answer of the gateway's own takes the place of one that is held whole", () => {
  const socket = new Taking();
  const writer = new AnswerWriter(socket as unknown as Socket, false, () => undefined);
  writer.begin(requestOf("1.1", ""));
  writer.hold(wholeBytesMax);
  const body = Buffer.from("secret");
  writer.sendHead(answerOf("Content-Length: 6\r\n"), own, body, 0, 6, true);
  writer.sendEnd(undefined);
  writer.sendOwn(503, "Service Unavailable", "X-B: c\r\n", Buffer.from("no"));
  assert.equal(socket.writes.length, 0);
  writer.release(undefined);
  assert.equal(
    Buffer.concat(socket.writes).toString("latin1"),
    "HTTP/1.1 503 Service Unavailable\r\nX-B: c\r\nContent-Length: 2\r\n\r\nno",
  );
});

test("what is dropped is never sent", () => {
  const socket = new Taking();
  const writer = new AnswerWriter(socket as unknown as Socket, false, () => undefined);
  writer.begin(requestOf("1.1", ""));
  writer.hold(wholeBytesMax);
  const body = Buffer.from("secret");
  writer.sendHead(answerOf("Content-Length: 6\r\n"), own, body, 0, 6, true);
  writer.drop();
  assert.deepEqual([socket.writes.length, writer.holdsWhole, writer.holding], [0, false, false]);
});

/** The kernel takes nothing of what is written, so that it is still to be there later. */
class Stuck extends EventEmitter {
  writableLength = 0;
  readonly writes: Buffer[] = [];
  write(bytes: Buffer): boolean {
    this.writableLength += bytes.length;
    if (bytes.length > 0) this.writes.push(bytes);
    return false;
  }
}

test("what a socket still holds of an answer is not written over by the next one", () => {
  const answer = (socket: EventEmitter, text: string, receipt: LateLines): void => {
    const writer = new AnswerWriter(socket as unknown as Socket, false, () => undefined);
    writer.begin(requestOf("1.1", ""));
    writer.hold(wholeBytesMax);
    const body = Buffer.from(text);
    const head = answerOf(`Content-Length: ${body.length}\r\n`);
    writer.sendHead(head, own, body, 0, body.length, true);
    writer.sendEnd(undefined);
    writer.release(receipt);
  };
  const texts = ["first", "other", "third", "there", "fifth", "again"];
  const sockets = texts.map((text, index) => {
    const socket = index % 2 === 0 ? new Stuck() : new Taking();
    answer(socket, text, receipts[index % 3 === 0 ? 0 : 1] as LateLines);
    return socket;
  });
  for (const [index, { writes }] of sockets.entries()) {
    const { messages, error } = readResponses(Buffer.concat(writes), ["GET"], false, strictAnswers);
    assert.equal(error, undefined);
    assert.equal(messages[0]?.body, texts[index]);
  }
});
