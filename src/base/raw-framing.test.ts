import assert from "node:assert/strict";
import test from "node:test";
import { frameFault, frameHead, frameTail, type Frame } from "./raw-framing.ts";

const line: Frame = { kind: "until", end: "\r\n", isLine: true };
const frames: readonly (readonly [string, Frame, string])[] = [
  ["a line", line, "ab\r\n"],
  ["text up to an end", { kind: "until", end: "\x03", isLine: false }, "ab\x03"],
  ["one octet", { kind: "length", bytes: 1, littleEndian: false, inclusive: false }, "\x02ab"],
  [
    "three octets, the least first",
    { kind: "length", bytes: 3, littleEndian: true, inclusive: true },
    "\x05\x00\x00ab",
  ],
  ["two octets", { kind: "length", bytes: 2, littleEndian: false, inclusive: false }, "\x00\x02ab"],
  [
    "four octets, counted",
    { kind: "length", bytes: 4, littleEndian: false, inclusive: true },
    "\x00\x00\x00\x06ab",
  ],
  ["digits", { kind: "digits", digits: 3, zero: 0x30, inclusive: false }, "002ab"],
  ["digits, counted", { kind: "digits", digits: 3, zero: 0x30, inclusive: true }, "005ab"],
  [
    "digits of EBCDIC",
    { kind: "digits", digits: 3, zero: 0xf0, inclusive: true },
    "\xf0\xf0\xf5ab",
  ],
  ["nothing", { kind: "close" }, "ab"],
];

for (const [name, frame, expected] of frames) {
  test(`a message is framed by ${name}`, () => {
    const body = Buffer.from("ab");
    assert.equal(frameFault(frame, body), undefined);
    const parts = [frameHead(frame, body.length), body, frameTail(frame)];
    assert.equal(Buffer.concat(parts).toString("latin1"), expected);
  });
}

test("what would be read as another message is no message", () => {
  assert.match(frameFault(line, Buffer.from("a\nb")) ?? "", /ends a message/);
  assert.match(frameFault(line, Buffer.from("a\r")) ?? "", /ends in a carriage return/);
  const blank: Frame = { kind: "until", end: "\r\n\r\n", isLine: false };
  assert.equal(frameFault(blank, Buffer.from("a\r\nb")), undefined);
  assert.match(
    frameFault(blank, Buffer.from("a\r\n")) ?? "",
    /it ends in the beginning of .*, which ends a message/,
  );
  const two: Frame = { kind: "length", bytes: 2, littleEndian: false, inclusive: true };
  assert.equal(frameFault(two, Buffer.alloc(65_533)), undefined);
  assert.match(frameFault(two, Buffer.alloc(65_534)) ?? "", /more than its length can say/);
  const digits: Frame = { kind: "digits", digits: 1, zero: 0x30, inclusive: false };
  assert.match(frameFault(digits, Buffer.alloc(10)) ?? "", /10 bytes/);
});
