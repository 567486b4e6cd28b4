import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, type LogRecord } from "#base/log.ts";
import { formatRecord } from "./log-lines.ts";
import { createLogSink } from "./log-sink.ts";

const record: LogRecord = {
  timeMs: Date.UTC(2026, 10, 25, 8, 30, 0, 5),
  level: "warn",
  event: "cut-off",
  message: "two were cut off",
  fields: { cut: 2, absent: undefined, path: "/a b" },
};

test("a line for programs is one JSON object without what is absent", () => {
  const line = formatRecord(record, "json");
  assert.ok(line.endsWith("}\n"));
  assert.deepEqual(JSON.parse(line), {
    time: "2026-11-25T08:30:00.005Z",
    level: "warn",
    event: "cut-off",
    message: "two were cut off",
    cut: 2,
    path: "/a b",
  });
});

test("a line for people has time, level, message and fields", () => {
  const line = formatRecord(record, "text");
  assert.equal(line, '08:30:00.005 warn  two were cut off cut=2 path="/a b"\n');
});

test("nothing in a line for people steers a terminal", () => {
  const fields = { path: "/\u001b[2J" };
  const line = formatRecord({ ...record, message: "a\u001b[31mb\u009bc\r", fields }, "text");
  assert.equal(line, '08:30:00.005 warn  a\\x1b[31mb\\x9bc\\x0d path="/\\u001b[2J"\n');
});

test("records below the level are left out", () => {
  let written = "";
  const output = { isTTY: false, write: (text: string) => (written += text) };
  const sink = createLogSink({ nowMs: () => 0, monotonicMs: () => 0 }, output, undefined);
  sink.setLevel("warn");
  sink.log.info("a", "not this");
  sink.log.error("b", "this");
  assert.doesNotMatch(written, /not this/);
  assert.match(written, /"event":"b"/);
});

test("text is for terminals and JSON for programs, unless the other is asked for", () => {
  const clock = { nowMs: () => 0, monotonicMs: () => 0 };
  const output = (isTTY: boolean) => ({ isTTY, write: () => undefined });
  assert.equal(createLogSink(clock, output(true), undefined).form, "text");
  assert.equal(createLogSink(clock, output(true), "json").form, "json");
  assert.equal(createLogSink(clock, output(false), undefined).form, "json");
  assert.equal(createLogSink(clock, output(false), "text").form, "text");
});

test("a record carries the time of the clock", () => {
  const taken: LogRecord[] = [];
  createLog(
    () => 42,
    (one) => taken.push(one),
  ).debug("a", "b");
  assert.deepEqual(taken, [{ timeMs: 42, level: "debug", event: "a", message: "b", fields: {} }]);
});
