import assert from "node:assert/strict";
import test from "node:test";
import { addressOfHost, canonicalAddress, subscriberOf } from "./ip-address.ts";

test("an address has one spelling", () => {
  const cases = [
    ["192.0.2.1", "192.0.2.1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8::0001", "2001:db8::1"],
    ["::1", "::1"],
    ["::", "::"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
    ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
    ["fe80::1%eth0", "fe80::1"],
    ["192.0.2.01", undefined],
    ["192.0.2", undefined],
    ["unknown", undefined],
    ["", undefined],
    ["[::1]", undefined],
  ] as const;
  for (const [text, expected] of cases) assert.equal(canonicalAddress(text), expected, text);
});

test("a port behind an address does not count", () => {
  const cases = [
    ["192.0.2.1:4711", "192.0.2.1"],
    ["[2001:db8::1]:4711", "2001:db8::1"],
    ["[2001:DB8::1]", "2001:db8::1"],
    ["2001:db8::1", "2001:db8::1"],
    ["192.0.2.1", "192.0.2.1"],
    ["192.0.2.1:", undefined],
    ["192.0.2.1:123456", undefined],
    ["192.0.2.1:80:80", undefined],
    ["[192.0.2.1]x", undefined],
    ["[2001:db8::1", undefined],
    ["2001:db8::1]:80", undefined],
    ["a.example:80", undefined],
    ["", undefined],
  ] as const;
  for (const [text, expected] of cases) assert.equal(addressOfHost(text), expected, text);
});

test("of IPv6 a /64 is one subscriber", () => {
  const cases = [
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:0:1::", "2001:db8:0:1::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["1::2:3:4:5:6:7", "1:0:2:3::/64"],
    ["", ""],
  ] as const;
  for (const [text, expected] of cases) assert.equal(subscriberOf(text), expected, text);
});
