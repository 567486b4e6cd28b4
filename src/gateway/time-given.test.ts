import assert from "node:assert/strict";
import test from "node:test";
import { defaultLimits } from "#base/limits.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { RequestHead } from "#wire/head.ts";
import { parseRequestHead } from "#wire/parse-request-head.ts";
import { timeGiven, timeLeftOver } from "./time-given.ts";

function headWith(lines: string): RequestHead {
  const bytes = Buffer.from(`POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n`, "latin1");
  const head = new RequestHead();
  assert.equal(parseRequestHead(head, bytes, 0, bytes.length, defaultLimits), bytes.length);
  return head;
}

function told(given: number | undefined | Problem): unknown {
  if (!isProblem(given)) return given;
  return `${given.definition.code} by ${given.definition.blame}: ${given.detail}`;
}

const none = "no-time-given by client: the caller gives";
const expected = "so nobody is asked; expected 1 ms or more";
const malformed = 'timeout-malformed by client: Parlance-Timeout-Ms is "soon"; expected';
const cases: readonly (readonly [lines: string, given: number | undefined | string])[] = [
  ["", undefined],
  ["Parlance-Timeout-Ms: 1\r\n", 1],
  ["grpc-timeout: 2S\r\n", 2_000],
  ["grpc-timeout: 2S\r\nParlance-Timeout-Ms: 30\r\n", 30],
  ["Parlance-Timeout-Ms: 0\r\n", `${none} 0 ms, ${expected}`],
  ["grpc-timeout: 0m\r\n", `${none} 0 ms, ${expected}`],
  ["grpc-timeout: 1n\r\n", `${none} 0.000001 ms, ${expected}`],
  ["grpc-timeout: 0n\r\nParlance-Timeout-Ms: 30\r\n", `${none} 0 ms, ${expected}`],
  ["Parlance-Timeout-Ms: soon\r\n", `${malformed} milliseconds, of one to nine digits`],
];

for (const [lines, given] of cases) {
  test(`what a caller gives with ${JSON.stringify(lines)}`, () => {
    assert.equal(told(timeGiven(headWith(lines), "grpc")), given);
  });
}

test("a call in the course of another one, which took all the time, does not blame its caller", () => {
  const over = told(timeLeftOver(headWith("Parlance-Timeout-Ms: 0\r\n")));
  assert.match(String(over), /^deadline-passed by service: /);
  assert.equal(timeLeftOver(headWith("Parlance-Timeout-Ms: 7\r\n")), 7);
  assert.equal(timeLeftOver(headWith("")), undefined);
});
