/** What programs and callers without a protocol get wrong, and what becomes of it. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect, createServer, type AddressInfo } from "node:net";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { askRaw } from "./ask-raw.ts";
import { startProgram, type Program } from "./program.ts";
import { tariffs } from "./tariffs-contract.ts";

const good = "OK     125007\r\n";

interface Options {
  readonly tcp?: string;
  readonly more?: string;
  readonly url?: string;
}

async function start(scope: test.TestContext, answer: Program["answer"], options: Options = {}) {
  const program = await startProgram(scope, answer);
  const { tcp = "{}", more = "", url = program.url } = options;
  const gateway = await startTranslating(scope, {
    text:
      "limits: { documentBytesMax: 4000 }\n" +
      `services:\n  tariffs: { contract: t.yaml, instances: ["${url}"]${more} }\n`,
    files: { "t.yaml": tariffs(tcp, 'errors: "E99 {message}"') },
  });
  const ask = async (country = "DE") => {
    const response = await fetch(`${gateway.url}/tariffs/quoteTariff`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ country, weight: "1" }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, code: body["code"], detail: String(body["detail"]) };
  };
  const listen = () =>
    gateway.gateway.listenText({
      ...{ host: "127.0.0.1", port: 0, service: "tariffs", shared: false },
      ...{ caller: undefined, callers: [] },
    });
  return { program, gateway, ask, listen };
}

const wrong: readonly (readonly [string, Program["answer"], Options, string, RegExp])[] = [
  [
    "closes without a word",
    (_said, socket) => (socket.destroy(), undefined),
    {},
    "instance-closed",
    /closed before the answer was whole/,
  ],
  [
    "closes in mid-answer",
    (_said, socket) => (socket.end("OK   "), undefined),
    {},
    "instance-closed",
    /closed before the answer was whole/,
  ],
  [
    "says nothing",
    () => undefined,
    { more: ", firstByteMs: 150" },
    "answer-timeout",
    /firstByteMs/,
  ],
  [
    "stops in mid-answer",
    () => "OK   ",
    { more: ", responseIdleMs: 150" },
    "answer-timeout",
    /the answer stopped for 150 ms/,
  ],
  ["never ends its line", () => "x".repeat(5_000), {}, "instance-malformed", /documentBytesMax/],
  [
    "announces more than is allowed",
    () => Buffer.from([0x7f, 0, 0, 0]),
    { tcp: "{ answer: { length: 4 } }" },
    "instance-malformed",
    /documentBytesMax/,
  ],
  [
    "gives a length that is none",
    () => "12x45",
    { tcp: "{ answer: { digits: 5 } }" },
    "instance-malformed",
    /length before a message is none/,
  ],
  [
    "answers a short line",
    () => "OK 12\r\n",
    {},
    "text-answer-invalid",
    /5 characters; expected 13/,
  ],
  [
    "answers letters for digits",
    () => "OK     12AB07\r\n",
    {},
    "text-answer-invalid",
    /"12AB" is not/,
  ],
  [
    "answers something else",
    () => "HELLO\r\n",
    {},
    "text-answer-invalid",
    /expected OK, found "HELLO"/,
  ],
  ["answers what is no ASCII", () => "OK \xe4\r\n", {}, "text-answer-invalid", /octet 4 is 0xc3/],
];

for (const [name, answer, options, code, detail] of wrong) {
  test(`a program that ${name} is the service's fault`, async (context) => {
    const { ask, gateway } = await start(context, answer, options);
    const told = await ask();
    assert.equal(told.code, code);
    assert.match(told.detail, detail);
    assert.ok(told.status === 502 || told.status === 504, String(told.status));
    assert.equal(gateway.done[0]?.blame, "service");
  });
}

test("nobody there is told as such", async (context) => {
  const { ask } = await start(context, () => good, { url: "tcp://127.0.0.1:1" });
  const told = await ask();
  assert.equal(told.code, "instance-unreachable");
  assert.match(told.detail, /tcp:\/\/127\.0\.0\.1:1: no connection \(ECONNREFUSED\)/);
});

test("an answer that is ended by the end is whole when the connection closes", async (context) => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let said = "";
    socket.on("data", (bytes) => (said += bytes.toString("latin1")));
    // The request is whole when its sender has ended its half.
    socket.on("end", () => {
      assert.equal(said, "TARFDE001000\r\n");
      socket.write("OK     12");
      setTimeout(() => socket.end("5007"), 20);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  const url = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tcp = "{ request: close, answer: close }";
  const { ask, listen } = await start(context, () => undefined, { tcp, url });
  assert.equal((await ask()).status, 200);
  assert.equal(await askRaw(await listen(), ["TARFDE", "001000"], { end: true }), good);
});

test("kept connections are used again, and not behind an answer too many", async (context) => {
  const { ask, program } = await start(context, () => good, { tcp: "{ keepAlive: true }" });
  for (let count = 0; count < 5; count++) assert.equal((await ask()).status, 200);
  assert.equal(program.sockets.length, 1);
  program.answer = () => good + good;
  assert.equal((await ask()).status, 200);
  program.answer = () => good;
  assert.equal((await ask()).status, 200);
  assert.equal(program.sockets.length, 2);
});

test("a kept connection that is closed meanwhile is not noticed by safe calls", async (context) => {
  const { ask, program } = await start(context, () => good, { tcp: "{ keepAlive: true }" });
  assert.equal((await ask()).status, 200);
  // Closed as soon as the next request comes.
  program.answer = (_said, socket) => {
    program.answer = () => good;
    socket.destroy();
    return undefined;
  };
  assert.equal((await ask()).status, 200);
  assert.equal(program.sockets.length, 2);
});

test("many calls at once have as many connections as they need", async (context) => {
  const { ask, program } = await start(context, () => good);
  const told = await Promise.all(Array.from({ length: 50 }, () => ask()));
  assert.ok(told.every(({ status }) => status === 200));
  assert.equal(program.sockets.length, 50);
});

test("a caller's messages are answered in order, however they come", async (context) => {
  const { listen, gateway } = await start(
    context,
    (said) => (said.startsWith("TARFDE") ? good : "E04 not there\r\n"),
    { tcp: "{ keepAlive: true }" },
  );
  const port = await listen();
  const all = Array.from({ length: 100 }, (_, index) => (index % 3 === 0 ? "TARFDE" : "TARFXX"));
  const text = all.map((one) => `${one}001000\n`).join("");
  const said = await askRaw(port, [text.slice(0, 700), text.slice(700)], { end: true });
  const expected = all.map((one) => (one === "TARFDE" ? good : "E04 not there\r\n")).join("");
  assert.equal(said, expected);
  assert.equal(gateway.done.length, 100);
});

test("what is no message closes the connection, and is on record", async (context) => {
  const { listen, gateway, program } = await start(context, () => good);
  const port = await listen();
  assert.equal(await askRaw(port, ["x".repeat(5_000)]), "");
  assert.equal(await askRaw(port, ["TARFDE0010"], { end: true }), "");
  assert.equal(await askRaw(port, [], { end: true }), "");
  assert.deepEqual(
    gateway.done.map(({ status, code }) => [status, code]),
    [
      [400, "malformed-request"],
      [400, "malformed-request"],
    ],
  );
  assert.equal(program.received.length, 0);
});

test("a caller that resets its connection takes its call to the program with it", async (context) => {
  const { listen, gateway, program } = await start(context, () => undefined);
  const port = await listen();
  const socket = connect({ port, host: "127.0.0.1" });
  socket.write("TARFDE001000\n");
  while (program.sockets.length === 0) await pause(10);
  // A mere end may be that of a caller that still waits for the answer, as netcat does.
  socket.resetAndDestroy();
  while (gateway.done.length === 0) await pause(10);
  assert.equal(gateway.done[0]?.aborted, true);
  while (program.sockets[0]?.closed === false) await pause(10);
  assert.equal(program.sockets[0]?.closed, true);
});

const frames = ["line", "{ length: 2 }", "{ digits: 3 }", '{ until: "\\n.\\n" }', "close"];

for (const frame of frames) {
  test(`garbage in frames of ${frame} harms nobody, from callers and from programs`, async (context) => {
    const garbage = (length: number): Buffer => randomBytes(1 + (length % 300));
    let count = 0;
    const answer: Program["answer"] = (_said, socket) => {
      socket.end(garbage(count++ * 37));
      return undefined;
    };
    const tcp = `{ request: ${frame}, answer: ${frame} }`;
    const { listen, ask, gateway } = await start(context, answer, { tcp });
    const port = await listen();
    const said = await Promise.all(
      Array.from({ length: 50 }, (_, index) => askRaw(port, [garbage(index * 91)], { end: true })),
    );
    assert.equal(said.length, 50);
    const told = await Promise.all(Array.from({ length: 50 }, () => ask()));
    for (const { code, status } of told) assert.ok(status === 502 && code !== "gateway-failure");
    assert.ok(gateway.done.every(({ code }) => code !== "gateway-failure"));
  });
}
