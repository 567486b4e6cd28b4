import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseProxyHeader } from "./proxy-protocol.ts";

const port = fc.integer({ min: 0, max: 65535 });

test("every IPv4 source survives both versions", () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), port, port, (from, to, fromPort, toPort) => {
      const line = Buffer.from(`PROXY TCP4 ${from} ${to} ${fromPort} ${toPort}\r\n`);
      const address = (text: string): number[] => text.split(".").map(Number);
      const binary = Buffer.from([
        ...Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1"),
        ...[0x21, 0x11, 0, 12, ...address(from), ...address(to)],
        ...[fromPort >> 8, fromPort & 255, toPort >> 8, toPort & 255],
      ]);
      const source = { address: from, port: fromPort };
      for (const bytes of [line, binary]) {
        assert.deepEqual(parseProxyHeader(bytes), { kind: "header", length: bytes.length, source });
      }
    }),
  );
});

test("an IPv6 source means the same in both versions", () => {
  const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(groups, port, (parts, fromPort) => {
      const text = parts.map((part) => part.toString(16)).join(":");
      const line = Buffer.from(`PROXY TCP6 ${text} ::1 ${fromPort} 1\r\n`);
      const binary = Buffer.alloc(52);
      binary.set(Buffer.from("\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24", "latin1"));
      for (const [index, part] of parts.entries()) binary.writeUInt16BE(part, 16 + 2 * index);
      binary.writeUInt16BE(fromPort, 48);
      const [one, two] = [parseProxyHeader(line), parseProxyHeader(binary)];
      assert.ok(one.kind === "header" && two.kind === "header");
      assert.equal(one.source?.port, two.source?.port);
      const canonical = (address = ""): string =>
        new URL(`http://[${address.includes(".") ? `::ffff:${address}` : address}]`).hostname;
      assert.equal(canonical(one.source?.address), canonical(two.source?.address));
    }),
  );
});

test("any bytes give one verdict that more bytes never change", () => {
  const start = fc.constantFrom(
    "",
    "PROXY ",
    "PROXY TCP4 1.1.1.1 ",
    "\r\n\r\n\0\r\nQUIT\n\x21\x11",
  );
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 80 }), (head, tail) => {
      const bytes = Buffer.concat([Buffer.from(head, "latin1"), tail]);
      let settled: unknown;
      for (let length = 0; length <= bytes.length; length++) {
        const result = parseProxyHeader(bytes.subarray(0, length));
        if (settled !== undefined) assert.deepEqual(result, settled);
        else if (result.kind !== "incomplete") settled = result;
      }
    }),
  );
});
