import assert from "node:assert/strict";
import test from "node:test";
import { parseHttpDate } from "./http-date.ts";

const nowMs = Date.UTC(2026, 10, 25);
const meant = Date.UTC(1994, 10, 6, 8, 49, 37);

test("the three forms of RFC 9110 §5.6.7 are read", () => {
  for (const text of [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
  ]) {
    assert.equal(parseHttpDate(text, nowMs), meant, text);
  }
});

test("two digits of a year mean one that is at most 50 years ahead", () => {
  assert.equal(
    parseHttpDate("Sunday, 06-Nov-76 08:49:37 GMT", nowMs),
    Date.UTC(2076, 10, 6, 8, 49, 37),
  );
  assert.equal(
    parseHttpDate("Sunday, 06-Nov-77 08:49:37 GMT", nowMs),
    Date.UTC(1977, 10, 6, 8, 49, 37),
  );
});

test("what is no date is none", () => {
  for (const text of [
    "",
    "0",
    "-1",
    "now",
    "2026-11-25",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 CET",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
  ]) {
    assert.equal(parseHttpDate(text, nowMs), undefined, text);
  }
});
