/** A short run of the fuzzer, always the same, and the checks that it can find something. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeFinding, runCampaign } from "./campaign.ts";
import { compare } from "./compare.ts";
import { keptSamples, requestCorpus } from "./corpus.ts";
import { readWithLlhttp } from "./llhttp.ts";
import { readWithOurs } from "./our-reading.ts";

const corpus = requestCorpus();

test("20,000 samples show no difference to llhttp and none between splits", () => {
  const report = runCampaign({ firstSeed: 1, corpus, goesOn: (samples) => samples < 20_000 });
  assert.deepEqual(report.findings.map(describeFinding), []);
  // The generator makes enough legal messages for the comparison to mean something.
  assert.ok(report.accepted > 3_000, `${report.accepted} messages accepted`);
});

for (const { kind, bytes: text } of keptSamples()) {
  test(`what once showed a difference shows none: ${kind} ${JSON.stringify(text)}`, () => {
    const bytes = Buffer.from(text, "latin1");
    const cuts = Array.from({ length: bytes.length }, (_, at) => at + 1);
    assert.equal(compare({ bytes, kind, cuts }).finding, undefined);
  });
}

test("the referee reads a pipeline of a chunked request with trailers and another one", () => {
  const first =
    "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nX: 1\r\n\r\n";
  const bytes = Buffer.from(`${first}GET /b HTTP/1.0\r\nY:\r\n\r\n`);
  const expected = [
    {
      start: "POST /a",
      minorVersion: 1,
      fields: ["host: a", "transfer-encoding: chunked"],
      body: "abc",
      trailers: ["x: 1"],
      end: first.length,
    },
    {
      start: "GET /b",
      minorVersion: 0,
      fields: ["y: "],
      body: "",
      trailers: [],
      end: bytes.length,
    },
  ];
  assert.deepEqual(readWithLlhttp(bytes, "request", true).messages, expected);
  assert.deepEqual(readWithOurs(bytes, "request", true).messages, expected);
});

test("the referee refuses what is known to be wrong", () => {
  const wrong =
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n";
  assert.notEqual(readWithLlhttp(Buffer.from(wrong), "request", true).refusal, undefined);
});
