import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogSink } from "./log-sink.ts";

function prepare() {
  const taken: (() => void)[] = [];
  const clock = { nowMs: () => 0, monotonicMs: () => 0 };
  const output = {
    write(_text: string, done: () => void = () => undefined) {
      taken.push(done);
    },
  };
  return { sink: createLogSink(clock, output, "json"), taken };
}

test("lines of a worker count as written when the output has taken them, not before", () => {
  const { sink, taken } = prepare();
  let written = 0;
  sink.writeLines("first\n", () => void written++);
  assert.equal(written, 0);
  taken[0]?.();
  assert.equal(written, 1);
});

test("it tells when all is written", async () => {
  const { sink, taken } = prepare();
  sink.log.info("stopped", "stopped in order");
  const written = sink.written();
  taken[1]?.();
  await written;
});
