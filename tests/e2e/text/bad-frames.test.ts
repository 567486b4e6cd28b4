/** Callers on raw TCP that send wrong lengths, lines without end, and halves of messages. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import test, { type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Recorder } from "#gateway/recorder.ts";
import { startTranslating, type TranslatingGateway } from "#tests/e2e/translate/stand.ts";
import { askRaw } from "./ask-raw.ts";
import { startProgram, type Program } from "./program.ts";
import { tariffs } from "./tariffs-contract.ts";

const question = "TARFDE001000";
const answer = "OK     125007";

interface Stand {
  readonly gateway: TranslatingGateway;
  readonly program: Program;
  readonly port: number;
  /** What a recorder is told of answers: how many bytes, of what type. */
  readonly answered: (readonly [number, string | undefined])[];
}

/** The program itself is asked in lines, callers ask in the frames of the test. */
async function start(scope: TestContext, tcp: string, more = ""): Promise<Stand> {
  const program = await startProgram(scope, () => framed(tcp, answer));
  const answered: (readonly [number, string | undefined])[] = [];
  const recorder: Recorder = {
    ...{ refusal: () => undefined, holds: () => false, recordIntent: () => "go" },
    evidence: () => undefined,
    record({ responseBytes, answerContentType }) {
      answered.push([responseBytes, answerContentType]);
      return "go";
    },
  };
  const gateway = await startTranslating(scope, {
    recorder,
    text:
      `limits: { documentBytesMax: 4000 }\n${more}` +
      `services:\n  tariffs: { contract: t.yaml, instances: ["${program.url}"] }\n`,
    files: { "t.yaml": tariffs(tcp, 'errors: "E99 {message}"') },
  });
  const port = await gateway.gateway.listenText({
    ...{ host: "127.0.0.1", port: 0, service: "tariffs", shared: false },
    ...{ caller: undefined, callers: [] },
  });
  return { gateway, program, port, answered };
}

function framed(tcp: string, text: string): Buffer {
  if (tcp.includes("length: 4")) {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(text.length);
    return Buffer.concat([head, Buffer.from(text)]);
  }
  if (tcp.includes("digits: 4")) return Buffer.from(String(text.length).padStart(4, "0") + text);
  return Buffer.from(`${text}\r\n`);
}

const lengths = "{ request: { length: 4 }, answer: { length: 4 }, keepAlive: true }";
const inclusive = lengths.replaceAll("length: 4", "length: 4, inclusive: true");
const digits = "{ request: { digits: 4 }, answer: { digits: 4 }, keepAlive: true }";
const lines = "{ request: line, answer: line, keepAlive: true }";

const once = lengths.replace("keepAlive: true", "keepAlive: false");
const onceInDigits = digits.replace("keepAlive: true", "keepAlive: false");

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Each is closed without an answer, is on record as malformed, and nothing reaches the program. */
const wrong: readonly (readonly [string, string, readonly (string | Buffer)[], boolean])[] = [
  ["a length over the limit", lengths, [u32(0x7fffffff), "TARF"], false],
  ["a length that would be negative", lengths, [u32(0xffffffff), "TARF"], false],
  ["a length that is longer than what comes", lengths, [u32(100), question], true],
  ["a length that is shorter than what comes", once, [u32(4), question], false],
  ["digits that say less than comes", onceInDigits, ["0004", question], false],
  ["half of a length", lengths, [u32(12).subarray(0, 2)], true],
  ["a length that leaves out its own octets", inclusive, [u32(2), "xx"], false],
  ["digits that are none", digits, ["00x2", question], false],
  ["digits with a sign", digits, ["-012", question], false],
  ["digits with blanks", digits, ["  12", question], false],
  ["digits over the limit", digits, ["9999", "x"], false],
  ["a line that never ends", lines, Array.from({ length: 8 }, () => "x".repeat(1_000)), false],
  ["a line of nothing but carriage returns", lines, ["\r".repeat(5_000)], false],
  ["half a line, and then the end", lines, [question.slice(0, 7)], true],
];

for (const [what, tcp, pieces, end] of wrong) {
  test(`${what}: the connection is closed, and others are served`, async (context) => {
    const { gateway, program, port, answered } = await start(context, tcp);
    assert.equal(await askRaw(port, pieces, { end }), "");
    assert.deepEqual(answered, [[0, undefined]], "nothing was said, and so it is on record");
    assert.deepEqual(
      gateway.done.map(({ status, code, blame }) => [status, code, blame]),
      [[400, "malformed-request", "client"]],
    );
    assert.equal(program.received.length, 0);
    if (tcp === inclusive) return;
    const good = tcp === lines ? `${question}\r\n` : framed(tcp, question);
    assert.ok((await askRaw(port, [good], { end: true })).includes(answer));
  });
}

for (const tcp of [lengths, once, digits, onceInDigits]) {
  test(`${tcp}: an answer with more than its length says is none`, async (context) => {
    const { gateway, program } = await start(context, tcp);
    const short = framed(tcp, answer.slice(0, 4));
    program.answer = () => Buffer.concat([short, Buffer.from(answer.slice(4))]);
    const response = await fetch(`${gateway.url}/tariffs/quoteTariff`, {
      ...{ method: "POST", headers: { "content-type": "application/json" } },
      body: '{"country":"DE","weight":"1"}',
    });
    assert.equal(response.status, 502);
    assert.match(await response.text(), /more comes than the length before the message says/);
  });
}

test("a length of nothing is a message of nothing, which is told so", async (context) => {
  const { gateway, port } = await start(context, lengths);
  const said = await askRaw(port, [u32(0), framed(lengths, question)], { end: true });
  assert.match(said.slice(4), /^E99 /);
  assert.ok(said.includes(answer), JSON.stringify(said));
  assert.deepEqual(
    gateway.done.map(({ code }) => code),
    ["text-request-invalid", undefined],
  );
});

test("a length that is too short makes two messages of one, and each is told", async (context) => {
  const { gateway, port } = await start(context, lengths);
  // What is left over is taken for a length, which is over the limit.
  await askRaw(port, [Buffer.concat([u32(6), Buffer.from(question)])], { end: true });
  assert.deepEqual(
    gateway.done.map(({ code }) => code),
    ["text-request-invalid", "malformed-request"],
  );
});

test("a caller that has ended its half gets its answers nevertheless", async (context) => {
  const { port } = await start(context, lines);
  const said = await askRaw(port, [`${question}\r\n${question}\r\n`], { end: true });
  assert.equal(said, `${answer}\r\n${answer}\r\n`);
});

test("a caller that stops in mid-message is not waited for longer than bodyIdleMs", async (context) => {
  const { gateway, port } = await start(context, lines, "timeouts: { bodyIdleMs: 200 }\n");
  assert.equal(await askRaw(port, [question.slice(0, 5)]), "");
  assert.equal(gateway.done[0]?.code, "malformed-request");
});

test("very many messages at once are answered in order, from bounded memory", async (context) => {
  const { gateway, port } = await start(context, lines);
  const count = 5_000;
  const said = await askRaw(port, ["bad\n".repeat(count)], { end: true, timeoutMs: 30_000 });
  assert.equal(said.split("\n").length, count + 1);
  assert.equal(gateway.done.length, count);
});

test("many connections that say nothing, or half of it, keep nobody from being served", async (context) => {
  const { port } = await start(context, lines);
  const sockets: Socket[] = Array.from({ length: 200 }, (_, at) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    if (at % 2 === 0) socket.write("TARF");
    return socket;
  });
  context.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  await pause(50);
  const said = await askRaw(port, [`${question}\n`], { end: true });
  assert.equal(said, `${answer}\r\n`);
});
