/** The benchmark still runs; its figures are not judged here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { measure } from "./router.ts";

test("the router's benchmark routes every request, with 10 and with 20,000 routes", () => {
  const measurements = measure(1, 100);
  assert.deepEqual(
    measurements.map(({ routes }) => routes),
    [10, 10, 20_000, 10, 20_000],
  );
  for (const { name, nsPerMatch } of measurements) assert.ok(nsPerMatch >= 0, name);
});
