/** The benchmark still runs; its figures are not judged here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { measure } from "./xml.ts";

test("the XML benchmark reads and writes the order", () => {
  const measurements = measure(1, 10);
  assert.equal(measurements.length, 5);
  for (const { name, usPerRun } of measurements) assert.ok(usPerRun > 0, name);
});
