/** Texts as other programs write them: signs, delimiters of several characters, marks, charsets. */
import assert from "node:assert/strict";
import test from "node:test";
import type { ValueRecord } from "#contract/value.ts";
import { createTextFace } from "./face.ts";
import { importText } from "./import-fixture.ts";
import { createTextUpstream } from "./upstream.ts";

/** One operation. @param speech what the contract says beside it. */
function speak(asked: string, speech = "", answer = "format: empty", faults = "{}") {
  const { contract, told } = importText(
    `parlance: text/1\n${speech}\noperations:\n  op:\n    request: { ${asked} }\n` +
      `    answer: { ${answer} }\n    faults: ${faults}\n`,
  );
  assert.deepEqual(told, []);
  const [operation] = contract.operations;
  assert.ok(operation);
  const service = { serviceName: "s", contract };
  const face = createTextFace(service);
  const upstream = createTextUpstream(service);
  const field = () => undefined;
  return {
    upstream,
    operation,
    face,
    read(body: string | Buffer): unknown {
      const request = { method: "POST", path: "/op", query: "", field, body: Buffer.from(body) };
      const decoded = face.decode(request);
      if (decoded.kind === "call") return { ...decoded.call.input };
      return decoded.kind === "fault" ? decoded.fault.message : decoded;
    },
    write(input: ValueRecord): Buffer | string {
      const sent = upstream.encode({ operation, input, headers: {} });
      return sent.kind === "fault" ? sent.message : Buffer.from(sent.body);
    },
    answered: (body: Buffer) =>
      upstream.decode({ status: 200, field, body }, { operation, input: {}, headers: {} }),
  };
}

const amount = "name: n, type: decimal, length: 6, decimals: 2";
const signs: readonly (readonly [string, string, string])[] = [
  ["trailing", "00000+", "0.00"],
  ["trailing", "00000-", "0.00"],
  ["trailing", "00000 ", "0.00"],
  ["trailing", "00012+", "0.12"],
  ["trailing", "00012-", "-0.12"],
  ["trailing", "00125 ", "1.25"],
  ["trailing", "000125", "1.25"],
  ["leading", "+00000", "0.00"],
  ["leading", "-00012", "-0.12"],
  ["overpunch", "00000{", "0.00"],
  ["overpunch", "00000}", "0.00"],
  ["overpunch", "00012}", "-1.20"],
];

for (const [sign, text, value] of signs) {
  test(`${JSON.stringify(text)} with a ${sign} sign is ${value}`, () => {
    const { read } = speak(`format: fixed-width, fields: [{ ${amount}, sign: ${sign} }]`);
    assert.deepEqual(read(`${text}\n`), { n: value });
  });
}

test("a plus is written where minus would stand, if the program wants one", () => {
  for (const [sign, texts] of [
    ["leading", ["+00000", "+00125", "-00125", "+99999"]],
    ["trailing", ["00000+", "00125+", "00125-", "99999+"]],
  ] as const) {
    const { read, write } = speak(
      `format: fixed-width, fields: [{ ${amount}, sign: ${sign}, plus: true }]`,
    );
    for (const [index, n] of ["0.00", "1.25", "-1.25", "999.99"].entries()) {
      const written = write({ n });
      assert.equal(String(written), `${texts[index]}\n`);
      assert.deepEqual(read(written), { n });
    }
    assert.match(String(write({ n: "1000.00" })), /up to 999\.99/);
  }
  const overpunched = `[{ ${amount}, sign: overpunch, plus: true }]`;
  const { told } = importText(
    "parlance: text/1\noperations:\n" +
      `  op: { request: { format: fixed-width, fields: ${overpunched} } }\n`,
  );
  assert.match(told.join("\n"), /an overpunched digit has its sign already/);
});

test("a value is never read otherwise because it ends like a delimiter", () => {
  const fields = "fields: [{ name: a }, { name: b }]";
  const plain = speak(`format: delimited, delimiter: "||", ${fields}`);
  assert.match(String(plain.write({ a: "x|", b: "y" })), /a delimiter .* cannot stand in a value/);
  for (const input of [
    { a: "x", b: "|y" },
    { a: "x", b: "y|" },
  ]) {
    assert.deepEqual(plain.read(plain.write(input)), input);
  }
  const quoted = speak(`format: csv, delimiter: ";;", ${fields}`);
  for (const input of [
    { a: "x;", b: ";y" },
    { a: ";", b: ";" },
  ]) {
    assert.deepEqual(quoted.read(quoted.write(input)), input);
  }
});

test("a byte order mark is no part of the first column's name", () => {
  const { read } = speak("format: csv, header: true, rows: all, fields: [{ name: a }]");
  assert.equal(JSON.stringify(read("\uFEFFa\r\nx\r\n")), '{"all":[{"a":"x"}]}');
});

test("frames of EBCDIC are told in EBCDIC, and lines end as the contract says", () => {
  const frameOf = (speech: string) => {
    const { contract, told } = importText(
      `parlance: text/1\n${speech}\noperations:\n  op: { request: { format: empty } }\n`,
    );
    return { told, framing: contract.text?.framing };
  };
  const ebcdic = frameOf("charset: ibm037\ntcp: { request: line, answer: { digits: 4 } }");
  assert.deepEqual(ebcdic.framing?.request, { kind: "until", end: "\x25", isLine: true });
  const digits = { kind: "digits", digits: 4, zero: 0xf0, inclusive: false };
  assert.deepEqual(ebcdic.framing?.answer, digits);
  const counted = frameOf("tcp: { request: { length: 2, littleEndian: true }, answer: close }");
  const length = { kind: "length", bytes: 2, littleEndian: true, inclusive: false };
  assert.deepEqual(counted.framing?.request, length);
  const unlike = frameOf("tcp: { request: { digits: 2, littleEndian: true }, answer: close }");
  assert.match(unlike.told.join(), /only a `length` in octets has an order/);
  const returned = frameOf("lineEnd: cr\ntcp: { request: line, answer: line }");
  assert.deepEqual(returned.framing?.request, { kind: "until", end: "\r", isLine: true });
  assert.deepEqual(
    frameOf("charset: utf-16le\ntcp: { request: { length: 2 }, answer: close }").told,
    [],
  );
  for (const frame of ["line", '{ until: "\\n" }', "{ digits: 4 }"]) {
    const { told } = frameOf(`charset: utf-16le\ntcp: { request: ${frame}, answer: close }`);
    assert.match(told.join("\n"), /may stand within its characters in utf-16le/, frame);
  }
});

test("UTF-16 is read with or without its mark, and half a character is told", () => {
  const fields = "format: key-value, fields: [{ name: a }]";
  const { read, write } = speak(fields, "charset: utf-16be");
  const written = write({ a: "€😀" });
  assert.ok(Buffer.isBuffer(written));
  assert.equal(written.toString("hex", 0, 4), "0061003d");
  assert.deepEqual(read(written), { a: "€😀" });
  assert.deepEqual(read(Buffer.concat([Buffer.from([0xfe, 0xff]), written])), {
    a: "€😀",
  });
  assert.match(String(read(Buffer.from([0x00, 0x61, 0xd8]))), /no UTF-16BE/);
});

const told = '{ bad: { when: { "/": error }, take: { message: text } } }';

for (const charset of ["iso-8859-1", "ibm037", "utf-16le", "utf-8"]) {
  test(`a failure in XML is recognised and told in ${charset}`, () => {
    const xml = (root: string, name: string): string =>
      `format: xml, root: ${root}, fields: [{ name: ${name} }]`;
    const { answered, face, operation, upstream, write, read } = speak(
      xml("ask", "a"),
      `charset: ${charset}`,
      xml("result", "b"),
      told,
    );
    const fault = {
      ...({ kind: "fault", faultKind: "failed_precondition", blame: "client" } as const),
      ...{ code: "bad", message: "Köln <fehlt>", declared: { name: "bad", detail: null } },
    };
    const context = { operation, exchangeId: "e", negotiated: undefined };
    const { body } = face.encode(fault, context);
    const reply = answered(Buffer.from(body));
    assert.ok(reply.kind === "fault");
    assert.deepEqual([reply.code, reply.message], ["bad", "Köln <fehlt>"]);
    assert.deepEqual(read(write({ a: "Köln & €" })), { a: "Köln & €" });
    assert.ok(upstream);
  });
}

test("a method of XML-RPC that there is not is a fault of XML-RPC", () => {
  const message = "{ format: xml-rpc, fields: [{ name: a }] }";
  const operation = (name: string): string =>
    `  ${name}: { request: ${message}, answer: ${message} }\n`;
  const { contract } = importText(
    `parlance: text/1\noperations:\n${operation("one")}${operation("two")}`,
  );
  const face = createTextFace({ serviceName: "s", contract });
  const call = "<methodCall><methodName>nothing</methodName><params/></methodCall>";
  const decoded = face.decode({
    ...{ method: "POST", path: "/", query: "", field: () => undefined },
    body: Buffer.from(call),
  });
  assert.ok(decoded.kind === "fault");
  const context = { operation: decoded.operation, exchangeId: "e", negotiated: undefined };
  const { status, body } = face.encode(decoded.fault, context);
  assert.equal(status, 200);
  assert.match(body.toString(), /<methodResponse><fault>.*<int>-32601<\/int>.*nothing/s);
});
