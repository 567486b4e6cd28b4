import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProxyHeader, type ProxySource } from "./proxy-protocol.ts";

const signature = "\r\n\r\n\0\r\nQUIT\n";

function binary(command: number, family: number, payload: Buffer, length = payload.length): Buffer {
  const head = Buffer.from(`${signature}\0\0\0\0`, "latin1");
  head[12] = command;
  head[13] = family;
  head.writeUInt16BE(length, 14);
  return Buffer.concat([head, payload]);
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const four = hex("cb007107 c0000201 d903 01bb");
const six = hex("20010db8000000000000000000000001 20010db8000000000000000000000002 d903 01bb");
const mapped = hex("00000000000000000000ffffcb007107 00000000000000000000ffffc0000201 d903 01bb");
const extension = hex("02 0003 616263");
const longest =
  "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff " +
  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";

const taken: readonly (readonly [string, string | Buffer, ProxySource | undefined])[] = [
  [
    "TCP4",
    "PROXY TCP4 203.0.113.7 192.0.2.1 55555 443\r\n",
    { address: "203.0.113.7", port: 55555 },
  ],
  ["TCP6", "PROXY TCP6 2001:db8::1 2001:db8::2 1 0\r\n", { address: "2001:db8::1", port: 1 }],
  [
    "TCP6 of the greatest length",
    longest,
    { address: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", port: 65535 },
  ],
  ["UNKNOWN", "PROXY UNKNOWN\r\n", undefined],
  ["UNKNOWN with anything", "PROXY UNKNOWN ffff:: what ever 1 2 3\r\n", undefined],
  ["version 2, TCP4", binary(0x21, 0x11, four), { address: "203.0.113.7", port: 55555 }],
  [
    "version 2, TCP4 with an extension",
    binary(0x21, 0x11, Buffer.concat([four, extension])),
    { address: "203.0.113.7", port: 55555 },
  ],
  ["version 2, TCP6", binary(0x21, 0x21, six), { address: "2001:db8::1", port: 55555 }],
  [
    "version 2, IPv4 inside IPv6",
    binary(0x21, 0x21, mapped),
    { address: "203.0.113.7", port: 55555 },
  ],
  ["version 2, Unix", binary(0x21, 0x31, Buffer.alloc(216)), undefined],
  ["version 2, unspecified", binary(0x21, 0x00, Buffer.from("any")), undefined],
  ["version 2, LOCAL", binary(0x20, 0x00, Buffer.alloc(0)), undefined],
  ["version 2, LOCAL with a family to ignore", binary(0x20, 0x99, Buffer.from("xyz")), undefined],
];

const refused: readonly (readonly [string, string | Buffer])[] = [
  ["no header at all", "GET / HTTP/1.1\r\n"],
  ["a TLS handshake", hex("16030100")],
  ["lower case", "proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n"],
  ["two spaces", "PROXY  TCP4 1.1.1.1 2.2.2.2 1 2\r\n"],
  ["two spaces between addresses", "PROXY TCP4 1.1.1.1  2.2.2.2 1 2\r\n"],
  ["a tab", "PROXY\tTCP4 1.1.1.1 2.2.2.2 1 2\r\n"],
  ["a space at the end", "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 \r\n"],
  ["one more field", "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3\r\n"],
  ["a missing port", "PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n"],
  ["a bare LF", `PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n${" ".repeat(107)}`],
  ["an unknown family", "PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n"],
  ["an IPv6 address under TCP4", "PROXY TCP4 ::1 ::2 1 2\r\n"],
  ["an IPv4 address under TCP6", "PROXY TCP6 1.1.1.1 2.2.2.2 1 2\r\n"],
  ["a zone", "PROXY TCP6 fe80::1%eth0 ::2 1 2\r\n"],
  ["a host name", "PROXY TCP4 localhost 2.2.2.2 1 2\r\n"],
  ["an address with a leading zero", "PROXY TCP4 01.1.1.1 2.2.2.2 1 2\r\n"],
  ["a port with a leading zero", "PROXY TCP4 1.1.1.1 2.2.2.2 01 2\r\n"],
  ["a port above 65535", "PROXY TCP4 1.1.1.1 2.2.2.2 65536 2\r\n"],
  ["a signed port", "PROXY TCP4 1.1.1.1 2.2.2.2 +1 2\r\n"],
  ["a line of 108 bytes", longest.replace(" 65535\r", "  65535\r")],
  ["an UNKNOWN line of 108 bytes", `PROXY UNKNOWN ${"x".repeat(92)}\r\n`],
  ["a broken signature", signature.replace("QUIT", "QUIX")],
  ["version 1 in binary", binary(0x11, 0x11, four)],
  ["an unknown command", binary(0x22, 0x11, four)],
  ["a datagram family", binary(0x21, 0x12, four)],
  ["an unknown family in binary", binary(0x21, 0x41, four)],
  ["addresses that are too short", binary(0x21, 0x11, four.subarray(1))],
  ["TCP6 with the addresses of TCP4", binary(0x21, 0x21, four)],
  ["an extension beyond the end", binary(0x21, 0x11, Buffer.concat([four, hex("02 0004 616263")]))],
  ["half an extension", binary(0x21, 0x11, Buffer.concat([four, hex("02 00")]))],
  ["more than 8 KiB", binary(0x21, 0x11, four, 8193)],
];

for (const [name, written, source] of taken) {
  test(`taken: ${name}, in any split, and not a byte too many`, () => {
    const header = Buffer.from(written as string, "latin1");
    const bytes = Buffer.concat([header, Buffer.from("GET")]);
    for (let length = 0; length < header.length; length++) {
      assert.equal(parseProxyHeader(bytes.subarray(0, length)).kind, "incomplete", `${length}`);
    }
    for (let length = header.length; length <= bytes.length; length++) {
      const result = parseProxyHeader(bytes.subarray(0, length));
      assert.deepEqual(result, { kind: "header", length: header.length, source });
    }
  });
}

for (const [name, written] of refused) {
  test(`refused: ${name}, in any split`, () => {
    const bytes = Buffer.from(written as string, "latin1");
    const kinds = Array.from(
      { length: bytes.length },
      (_, index) => parseProxyHeader(bytes.subarray(0, index + 1)).kind,
    );
    assert.equal(kinds.at(-1), "fault");
    const first = kinds.indexOf("fault");
    assert.ok(kinds.slice(0, first).every((kind) => kind === "incomplete"));
    assert.ok(kinds.slice(first).every((kind) => kind === "fault"));
  });
}
